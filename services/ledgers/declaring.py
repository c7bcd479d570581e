"""Whether a ledger's declaration holds together. It fails when it is imported, with its own name in the message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kit.fields import DeclarationError, FieldSpec

if TYPE_CHECKING:
    from services.ledgers.ledger import Ledger, Movements

# The field, of whatever title, that says who looks after a thing. Notices and the radar name the person.
KEEPER = "keeper"


def check(name: str, fields: Mapping[str, FieldSpec], ledger: Ledger) -> None:
    """Raises DeclarationError for a ledger that does not hold together, naming the class and what is wrong with it."""
    for what, keys in _named(ledger):
        for key in keys:
            if key not in fields:
                raise DeclarationError(f"{name}: {what} names {key}, and there is no such field")
    for key in ledger.row_title:
        if fields[key].personal:
            raise DeclarationError(f"{name}: row_title names {key}, which is personal and would travel in notices")
    if KEEPER in fields and fields[KEEPER].personal:
        raise DeclarationError(f"{name}: {KEEPER} is personal and would travel in notices")
    for key in (*ledger.facts, *ledger.facts_unless):
        if fields[key].personal:
            raise DeclarationError(f"{name}: facts names {key}, which is personal and would leave this service")
    for key in (ledger.label.name, ledger.label.number, *ledger.label.lines) if ledger.label else ():
        if fields[key].personal:
            raise DeclarationError(f"{name}: label names {key}, which is personal and would hang on a wall")
    for key in (ledger.shortage.field, ledger.shortage.limit) if ledger.shortage else ():
        if fields[key].kind not in ("decimal", "integer"):
            raise DeclarationError(f"{name}: shortage {key} is not a number")
    if ledger.movements:
        _check_movements(name, fields, ledger, ledger.movements)
    for expiry in ledger.expiry:
        if fields[expiry.field].kind != "day":
            raise DeclarationError(f"{name}: expiry {expiry.field} is not a day")
        if not expiry.warn_days or list(expiry.warn_days) != sorted(set(expiry.warn_days), reverse=True):
            raise DeclarationError(f"{name}: warn_days of {expiry.field} are not falling: {expiry.warn_days}")
        if min(expiry.warn_days) < 0:
            raise DeclarationError(f"{name}: warn_days of {expiry.field} are days before the date, 0 or more")
    for what, keys, kinds in (
        (
            ("sums", ledger.totals.sums, ("decimal", "integer")),
            ("by", ledger.totals.by, ("department", "choice", "integer")),
        )
        if ledger.totals
        else ()
    ):
        for key in keys:
            if fields[key].kind not in kinds or fields[key].personal:
                raise DeclarationError(f"{name}: totals.{what} {key} is none of {', '.join(kinds)}")
    for finding in ledger.findings:
        if (finding.lacks is None) == (finding.differ is None):
            raise DeclarationError(f"{name}: finding {finding.code} needs either lacks or differ")
        for key in (*finding.keys, *((finding.differ,) if finding.differ else ())):
            if fields[key].personal:
                raise DeclarationError(f"{name}: finding {finding.code} would show {key}, which is personal")
        if finding.search not in finding.keys or not fields[finding.search].search:
            raise DeclarationError(f"{name}: finding {finding.code} cannot be searched by {finding.search}")
    for offer in ledger.offers:
        if fields[offer.field].kind != "text" or fields[offer.field].personal:
            raise DeclarationError(f"{name}: offers {offer.field} is not a text that words can be offered for")
    if ledger.import_by and fields[ledger.import_by].kind != "integer":
        raise DeclarationError(f"{name}: import_by {ledger.import_by} is not a whole number")
    sort = ledger.default_sort.removeprefix("-")
    if sort not in ("created_at", "updated_at") and not (sort in fields and fields[sort].sortable):
        raise DeclarationError(f"{name}: default_sort {sort} is not sortable")


def _check_movements(name: str, fields: Mapping[str, FieldSpec], ledger: Ledger, movements: Movements) -> None:
    moved = fields[movements.field]
    if moved.kind not in ("decimal", "integer") or moved.personal or movements.field in ledger.natural_key:
        raise DeclarationError(f"{name}: movements {movements.field} is not a number that may change")
    if moved.derived or moved.computed:
        raise DeclarationError(f"{name}: movements {movements.field} is filled by a rule as well")
    if movements.unit and fields[movements.unit].kind != "text":
        raise DeclarationError(f"{name}: movements.unit {movements.unit} is not a text")


def _named(ledger: Ledger) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "natural_key", ledger.natural_key
    for keys in ledger.also_unique:
        yield "also_unique", keys
    yield "row_title", ledger.row_title
    yield "list_first", ledger.list_first
    if ledger.label:
        yield "label", (ledger.label.name, ledger.label.number, *ledger.label.lines)
    if ledger.shortage:
        short = ledger.shortage
        yield "shortage", (short.field, short.limit, *(short.unless.reads if short.unless else ()))
    for offer in ledger.offers:
        yield "offers", (offer.field, *offer.same)
    yield "import_by", (ledger.import_by,) if ledger.import_by else ()
    if ledger.movements:
        yield "movements", (ledger.movements.field, *((ledger.movements.unit,) if ledger.movements.unit else ()))
    yield "facts", (*ledger.facts, *ledger.facts_unless)
    for condition in (*ledger.fact_conditions.values(), *ledger.facts_unless.values()):
        yield "facts", condition.reads
    if ledger.totals:
        yield "totals", (*ledger.totals.sums, *ledger.totals.by)
    for finding in ledger.findings:
        yield "findings", (*finding.keys, *((finding.differ,) if finding.differ else ()))
        for part in (finding.lacks, finding.unless):
            yield "findings", part.reads if part else ()
    for case in ledger.status.cases if ledger.status else ():
        yield "status", case.when.reads
    for expiry in ledger.expiry:
        yield "expiry", (expiry.field, *((expiry.warn_days_of,) if expiry.warn_days_of else ()))
        yield "suppressed_when", expiry.suppressed_when.reads if expiry.suppressed_when else ()
        yield "done_when", expiry.done_when.reads if expiry.done_when else ()
    if ledger.superseded_by:
        yield "superseded_by", (*ledger.superseded_by.keys, ledger.superseded_by.by, *ledger.superseded_by.carries)
