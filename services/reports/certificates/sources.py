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
    CertificateLedger(
        "special-operation-certificates", "4.3", "特种作业和特种设备操作人员资格证", "special_operation_cert_type"
    ),
)

# Names of facts (RowChange.facts), as the ledgers declare them. Dates are ISO texts, or null; a review date is null as well
# once the review has been passed.
KIND = "cert_type"
VALID_TO = "valid_to"
REVIEW_DATE = "review_date"
CANCELLED = "cancelled"
