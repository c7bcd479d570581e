"""Which ledgers hold certificates, in the order of the manual's leaves 4.1 to 4.4."""

from __future__ import annotations

from dataclasses import dataclass

# 即将到期 of the statistics: the widest of the warning levels (domain.md 1.3).
EXPIRING_DAYS = 60


@dataclass(frozen=True, slots=True)
class CertificateLedger:
    """One ledger of certificates: its columns are headed by `title`, and stand for the items of `dictionary`. The facts it
    sends are named in this file's constants."""

    slug: str
    leaf: str
    title: str
    dictionary: str


LEDGERS = (
    CertificateLedger("safety-certificates", "4.1", "安全资格证书", "safety_certificate_type"),
    CertificateLedger("gas-certificates", "4.2", "燃气从业人员资格证", "gas_certificate_type"),
    CertificateLedger(
        "special-operation-certificates", "4.3", "特种作业和特种设备操作人员资格证", "special_operation_cert_type"
    ),
    CertificateLedger("other-certificates", "4.4", "其他注册资格证", "registered_certificate_type"),
)

# Names of facts (RowChange.facts), as the ledgers declare them. Dates are ISO texts, or null; a review date is null as well
# once the review has been passed, and not sent at all by a ledger whose certificates are not reviewed.
KIND = "cert_type"
VALID_TO = "valid_to"
REVIEW_DATE = "review_date"
CANCELLED = "cancelled"
