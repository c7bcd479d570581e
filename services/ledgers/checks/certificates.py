"""Does each of these people hold a certificate for this item, from the first day of the work to the last? Over all four
certificate ledgers; what is not certain is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import dictionaries, scope_clause
from kit.errors import FieldError, Invalid
from kit.fields import Dictionary, Wrong, mask
from services.ledgers.catalogue import BY_SLUG, CERTIFICATES
from services.ledgers.certificate_fields import REVIEWED
from services.ledgers.checks.people import held_by, numbers_at, places_of
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of

State = Literal[
    "valid", "review_overdue", "not_yet_valid", "expired", "cancelled", "missing", "unknown_person"
]  # the better ones first: of several certificates the best counts
_RANK: tuple[State, ...] = ("valid", "review_overdue", "not_yet_valid", "expired", "cancelled")
WORDS: dict[State, str] = {
    "valid": "证书有效",
    "review_overdue": "复审逾期或不合格",
    "not_yet_valid": "证书尚未生效",
    "expired": "证书已过期或有效期不足",
    "cancelled": "证书已注销",
    "missing": "未登记该项证书",
    "unknown_person": "无法确定人员，请改用身份证号核验",
}
# The narrowest first: what an item is called comes before its class and its kind of certificate.
_FIELDS = ("item", "category", "cert_type")


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
        row_class.fields[key].dictionary or "" for row_class in classes for key in _FIELDS if key in row_class.fields
    }
    items = dictionaries(session, codes)
    found = []
    for row_class in classes:
        for key in _FIELDS:
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
            held.get(number, []), key=lambda one: (_RANK.index(one.state), -(one.expires_on or date.max).toordinal()),
            default=_nothing("missing"),
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
    reviewed = "review_date" in row_class.fields
    columns = [
        c.id, c.id_number, c.person_name, c.cert_type, c.cert_no, c.issuer, c.issue_date, c.valid_from, c.valid_to,
        c.cancelled_on, c.version, c.dept_id,
        (c.item if "item" in row_class.fields else literal(None)).label("item"),
        (c.review_date if reviewed else literal(None)).label("review_date"),
        (REVIEWED.sql(c, start) if reviewed else literal(True)).label("reviewed"),
        ((func.coalesce(c.review_result, "") == "failed") if reviewed else literal(False)).label("failed"),
        scope_clause(who, c.dept_id, c.created_by).label("in_scope"),
    ]  # fmt: skip
    # Somebody who has left holds nothing here; whoever employs them now registers them anew.
    query = select(*columns).where(
        c.deleted_at.is_(None),
        c[what.field] == what.value,
        func.coalesce(c.employment, "") != "left",
        held_by(row_class, numbers),
    )
    found: dict[str, list[Held]] = {}
    for row in session.execute(query).mappings():
        state, message = _judged(row, start, until)
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


def _judged(row: Any, start: date, until: date) -> tuple[State, str]:
    begins, ends, review = row["valid_from"] or row["issue_date"], row["valid_to"], row["review_date"]
    if row["cancelled_on"] is not None:
        return "cancelled", f"证书已于 {row['cancelled_on']} 注销"
    if ends is not None and ends < until:
        short = "，不足以覆盖作业时间" if ends >= start else ""
        return "expired", f"证书有效期至 {ends}{short}"
    if begins > start:
        return "not_yet_valid", f"证书自 {begins} 起生效"
    if row["failed"]:
        return "review_overdue", "证书复审不合格"
    if review is not None and review < until and not row["reviewed"]:
        return "review_overdue", f"证书应于 {review} 前复审，未登记复审合格"
    return "valid", f"证书有效期至 {ends}" if ends is not None else "证书长期有效"


def known_ledgers() -> tuple[str, ...]:
    """The slugs that `ledger` may be."""
    return tuple(slug for slug, row_class in BY_SLUG.items() if row_class in CERTIFICATES)


MOST_PEOPLE = 200
LONGEST_AHEAD = timedelta(days=3660)
