"""Does each of these people hold a certificate for this item, from the first day of the work to the last? Over all four
certificate ledgers; what is not certain is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import dictionaries, scope_clause
from kit.errors import FieldError, Invalid
from kit.fields import Dictionary, Wrong, mask
from services.ledgers.catalogue import BY_SLUG, CERTIFICATES
from services.ledgers.checks.judging import FIELDS, WORDS, State, better, columns, judged
from services.ledgers.checks.people import held_by, numbers_at, places_of
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a value of a field of one ledger."""

    row_class: type[LedgerRow]
    field: str
    value: str
    label: str
    basis: str


class Held(NamedTuple):
    """One certificate, judged. `row` is None outside the asker's data scope."""

    state: State
    message: str
    expires_on: date | None
    row: dict[str, Any] | None


def wanted(session: Session, item: str, ledger: str | None) -> Wanted:
    """What `item` means, by value, label or alias; Invalid when nothing or more than one thing is called so."""
    classes = [row_class for row_class in CERTIFICATES if ledger is None or row_class.ledger.slug == ledger]
    if not classes:
        names = "、".join(row_class.ledger.slug for row_class in CERTIFICATES)
        raise _invalid("ledger", "unknown_ledger", f"应为以下台账之一：{names}")
    codes = {
        row_class.fields[key].dictionary or "" for row_class in classes for key in FIELDS if key in row_class.fields
    }
    items = dictionaries(session, codes)
    found = []
    for row_class in classes:
        for key in FIELDS:
            if key not in row_class.fields:
                continue
            code = row_class.fields[key].dictionary or ""
            value = Dictionary(code, items[code]).find(item)
            if isinstance(value, Wrong):
                continue
            entry = next(one for one in items[code] if one.value == value)
            basis = entry.ext.get("basis")
            found.append(Wanted(row_class, key, value, entry.label, str(basis or "")))
            break
    if not found:
        raise _invalid("item", "unknown_item", f"没有名为“{item[:30]}”的证书、类别或项目")
    if len(found) > 1:
        titles = "、".join(f"{one.row_class.ledger.title}（{one.row_class.ledger.slug}）" for one in found)
        raise _invalid("item", "ambiguous_item", f"“{item[:30]}”在多个台账中都有，请用 ledger 指明：{titles}")
    return found[0]


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(("body", field), code, message)])


def check(
    session: Session,
    who: Principal,
    what: Wanted,
    people: Sequence[str | UUID],
    start: date,
    until: date,
) -> list[Held]:
    """One answer for each of `people` (identity numbers, or ids of accounts), in their order."""
    places = places_of(session, [person for person in people if isinstance(person, UUID)])
    known = numbers_at(session, list(places.values()))
    numbers: list[str | None] = []
    for person in people:
        if isinstance(person, str):
            numbers.append(person)
        else:
            own = known[places[person]] if person in places else set()
            # No certificate under this name says no; two numbers under it say that nobody knows.
            numbers.append(next(iter(own)) if len(own) == 1 else "" if person in places and not own else None)
    held = _held(session, who, what, sorted({number for number in numbers if number}), start, until)
    return [
        _nothing("unknown_person") if number is None else min(
            held.get(number, []), key=lambda one: better(one.state, one.expires_on), default=_nothing("missing")
        )
        for number in numbers
    ]  # fmt: skip


def _nothing(state: State) -> Held:
    return Held(state, WORDS[state], None, None)


def _held(
    session: Session, who: Principal, what: Wanted, numbers: Sequence[str], start: date, until: date
) -> dict[str, list[Held]]:
    row_class = what.row_class
    c = table_of(row_class).c
    shown_columns = [
        c.id, c.id_number, c.person_name, c.cert_type, c.cert_no, c.issuer, c.version, c.dept_id,
        (c.item if "item" in row_class.fields else literal(None)).label("item"),
        scope_clause(who, c.dept_id, c.created_by).label("in_scope"),
    ]  # fmt: skip
    # Somebody who has left holds nothing here; whoever employs them now registers them anew.
    query = select(*shown_columns, *columns(row_class, start)).where(
        c.deleted_at.is_(None),
        c[what.field] == what.value,
        func.coalesce(c.employment, "") != "left",
        held_by(row_class, numbers),
    )
    found: dict[str, list[Held]] = {}
    for row in session.execute(query).mappings():
        state, message, _ = judged(row, start, until)
        shown = None
        if row["in_scope"]:
            shown = {
                "ledger": row_class.ledger.slug, "ledger_title": row_class.ledger.title, "id": row["id"],
                "version": row["version"], "dept_id": row["dept_id"], "person_name": row["person_name"],
                "id_number": mask(row["id_number"]), "cert_no": mask(row["cert_no"]), "cert_type": row["cert_type"],
                "item": row["item"], "issuer": row["issuer"], "issue_date": row["issue_date"],
                "valid_to": row["valid_to"], "review_date": row["review_date"],
            }  # fmt: skip
        held = Held(state, message if shown else WORDS[state], row["valid_to"] if shown else None, shown)
        found.setdefault(row["id_number"], []).append(held)
    return found


def known_ledgers() -> tuple[str, ...]:
    """The slugs that `ledger` may be."""
    return tuple(slug for slug, row_class in BY_SLUG.items() if row_class in CERTIFICATES)


MOST_PEOPLE = 200
LONGEST_AHEAD = timedelta(days=3660)
