"""GET /api/ledgers/_manifest: what the web application draws its ledger pages from. Only what the caller may read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from contracts.principal import Principal
from kit.directory import dictionaries
from kit.directory.tables import DirectoryDictionaryItem
from kit.fields import Score
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.session import SessionDep
from kit.manifest import Page, dictionary_manifest, field_manifest, score_manifest
from services.ledgers import warn_days
from services.ledgers.catalogue import CERTIFICATES, LEDGERS
from services.ledgers.labels.sheets import SHEETS
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements import kinds

router = APIRouter(prefix="/api/ledgers", tags=["目录"])
CERTIFICATES_PAGE = Page(leaf="4.6", title="证书查询", screen="certificates", key="certificates", path="/certificates")
VERBS = ("create", "update", "delete", "import", "export")


@router.get("/_manifest", name="ledgers_manifest", summary="台账目录", dependencies=[signed_in()])
def manifest(session: SessionDep, who: CurrentPrincipal) -> Response:
    """Pages, fields, dictionaries, permissions."""
    readable = [row_class for row_class in LEDGERS if who.may(f"ledgers:{row_class.ledger.slug}:read")]
    codes = {code for row_class in readable for code in row_class.dictionaries()}
    found = dictionaries(session, {*codes, warn_days.CODE})
    return JSONResponse(
        {
            "service": "ledgers",
            "pages": [page.model_dump() for page in (*map(page_of, readable), *_shared(readable))],
            "ledgers": [
                {**_ledger(row_class, who, found), "movements": kinds.manifest(session, row_class)}
                for row_class in readable
            ],
        }
    )


def page_of(row_class: type[LedgerRow]) -> Page:
    """The menu's entry."""
    ledger = row_class.ledger
    return Page(leaf=ledger.leaf, title=ledger.title, screen="ledger", key=ledger.slug, path=f"/ledgers/{ledger.slug}")


def _shared(readable: list[type[LedgerRow]]) -> Iterator[Page]:
    """Pages over several ledgers, for whoever may read any of them."""
    if any(row_class.ledger.expiry for row_class in readable):
        yield Page(leaf="radar", title="到期雷达", screen="radar", key="radar", path="/radar")
    if any(row_class in CERTIFICATES for row_class in readable):
        yield CERTIFICATES_PAGE


def _ledger(
    row_class: type[LedgerRow], who: Principal, found: dict[str, list[DirectoryDictionaryItem]]
) -> dict[str, Any]:
    ledger = row_class.ledger
    return {
        "slug": ledger.slug,
        "title": ledger.title,
        "leaf": ledger.leaf,
        "description": ledger.description,
        "by_department": ledger.by_department,
        "natural_key": list(ledger.natural_key),
        "permissions": {verb: who.may(f"ledgers:{ledger.slug}:{verb}") for verb in VERBS},
        "default_sort": ledger.default_sort,
        "row_title": list(ledger.row_title),
        "list_first": list(ledger.list_first or ledger.row_title),
        "import_by": ledger.import_by,
        "renewal": {"action": newer.action, "by": newer.by, "carries": list(newer.carries)}
        if (newer := ledger.superseded_by)
        else None,
        "offers": [
            {"field": offer.field, "ledger": offer.ledger, "source": offer.source, "same": list(offer.same)}
            for offer in ledger.offers
            if who.may(f"ledgers:{offer.ledger}:read")
        ],
        "findings": [finding.title for finding in ledger.findings],
        "totals": {"sums": list(ledger.totals.sums), "by": list(ledger.totals.by)} if ledger.totals else None,
        "labels": [{"key": sheet.key, "title": sheet.title, "each": sheet.each} for sheet in SHEETS.values()]
        if ledger.label
        else [],
        "fields": [field_manifest(spec) for spec in row_class.fields.values()],
        "expiry": [
            {
                "field": expiry.field,
                "title": row_class.fields[expiry.field].title,
                "warn_days": list(warn_days.of_ledger(found[warn_days.CODE], row_class, expiry)),
            }
            for expiry in ledger.expiry
        ],
        "scores": [
            score_manifest(rule, found[row_class.fields[rule.method].dictionary or ""])
            for rule in ledger.rules
            if isinstance(rule, Score)
        ],
        "dictionaries": {code: dictionary_manifest(found[code]) for code in row_class.dictionaries()},
    }
