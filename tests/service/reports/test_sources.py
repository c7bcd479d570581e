"""What the statistics count is what the ledgers declare: a fact renamed on one side only would count nothing."""

from __future__ import annotations

import pytest

from services.ledgers.catalogue import CERTIFICATES
from services.ledgers.catalogue import LEDGERS as CATALOGUE
from services.reports.certificates.sources import CANCELLED, KIND, LEDGERS, REVIEW_DATE, VALID_TO, CertificateLedger


@pytest.mark.parametrize("source", LEDGERS, ids=lambda source: source.slug)
def test_the_ledger_tells_what_is_counted(source: CertificateLedger) -> None:
    row = {row.ledger.slug: row for row in CATALOGUE}[source.slug]
    assert (row.ledger.title, row.ledger.leaf) == (source.title, source.leaf)
    assert row.fields[KIND].dictionary == source.dictionary
    assert {KIND, VALID_TO} <= set(row.ledger.facts)
    assert (REVIEW_DATE in row.ledger.facts) is (REVIEW_DATE in row.fields), "a review that the figures do not know of"
    assert CANCELLED in row.ledger.fact_conditions


def test_every_certificate_ledger_is_counted() -> None:
    assert [source.slug for source in LEDGERS] == [row.ledger.slug for row in CERTIFICATES]
