"""The people who hold certificates, and the certificates of one of them with those that they lack.

A person is an identity number. It is compared by its keyed hash (kit.sealing), and never stands in an address: a person is
named by one of their certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, case, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.db import today
from kit.errors import NotFound
from kit.fields import mask
from kit.query import as_json
from kit.sealing import fingerprint
from services.ledgers.catalogue import BY_SLUG, CERTIFICATES
from services.ledgers.conditions import Condition
from services.ledgers.enquiry.missing import Missing
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import RowReader, departments_under, status_sql, table_of, visible
from services.ledgers.titles import department_names

# The states of certificate_status, the worst first: a person is listed by the worst of theirs.
STATES = ("expired", "review_overdue", "review_due", "expiring", "valid", "cancelled")


@dataclass(frozen=True)
class Wanted:
    """Which people: of a department and what is below it, by a part of the name or a whole number, with a certificate in
    this state, in this ledger."""

    department: UUID | None = None
    q: str | None = None
    state: str | None = None
    ledger: str | None = None


def readable(who: Principal) -> list[type[LedgerRow]]:
    """The certificate ledgers that this person may read."""
    return [row_class for row_class in CERTIFICATES if who.may(f"ledgers:{row_class.ledger.slug}:read")]


def _narrowed(row_class: type[LedgerRow], who: Principal) -> Principal:
    return who.narrowed(f"ledgers:{row_class.ledger.slug}:read")


def page(session: Session, who: Principal, wanted: Wanted, on: date, number: int, size: int) -> dict[str, Any]:
    """People by name, with how many certificates they have in which state."""
    branches = [
        _branch(row_class, who, wanted, on)
        for row_class in readable(who)
        if wanted.ledger in (None, row_class.ledger.slug)
    ]
    if not branches:
        return {"items": [], "total": 0, "page": number, "size": size}
    held = union_all(*branches).subquery("held")
    c = held.c
    counts = [func.count().filter(c.state == state).label(state) for state in STATES]
    # The certificate that names the person in an address: the newest.
    newest = func.array_agg(c.slug + ":" + c.id.cast(Text)).op("||")(literal([], ARRAY(Text)))
    people = (
        select(
            func.max(c.person_name).label("name"),
            func.array_agg(func.distinct(c.dept_id), type_=ARRAY(Uuid)).label("departments"),
            func.count().label("certificates"),
            func.min(c.due).filter(c.state != "cancelled").label("next_due"),
            newest.label("refs"),
            *counts,
        )
        .group_by(c.person)
        .order_by(_by_sound(func.max(c.person_name)), c.person)
    )
    if wanted.state is not None:
        people = people.having(func.count().filter(c.state == wanted.state) > 0)
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    rows = session.execute(people.offset((number - 1) * size).limit(size)).mappings().all()
    numbers = _numbers(session, [_ref(row["refs"]) for row in rows])
    names = department_names(session, {id_ for row in rows for id_ in row["departments"]})
    items = []
    for row in rows:
        slug, id_ = _ref(row["refs"])
        items.append(
            {
                "ref": {"ledger": slug, "id": str(id_)},
                "name": row["name"],
                "id_number": mask(numbers[slug, id_]) if (slug, id_) in numbers else None,
                "departments": [{"id": str(dept), "name": names.get(dept, "")} for dept in row["departments"]],
                "certificates": row["certificates"],
                "next_due": row["next_due"].isoformat() if row["next_due"] else None,
                "states": {state: row[state] for state in STATES},
            }
        )
    return {"items": items, "total": total, "page": number, "size": size}


def _by_sound(name: ColumnElement[str]) -> ColumnElement[bytes]:
    """Names in the order of a Chinese list. The 3,755 common characters of GB 2312 stand in the order of their sound, and so
    do nearly all names; rarer characters stand before and after them, none is refused. Not every PostgreSQL is built with
    ICU (the one of `make up` is not), so that a collation would not be the same everywhere."""
    return func.convert_to(name, "GB18030")


def _ref(refs: Sequence[str]) -> tuple[str, UUID]:
    slug, _, id_ = max(refs, key=lambda ref: ref.rpartition(":")[2]).rpartition(":")
    return slug, UUID(id_)


def _branch(row_class: type[LedgerRow], who: Principal, wanted: Wanted, on: date) -> Select[Any]:
    c = table_of(row_class).c
    state = status_sql(row_class, c, on)
    assert state is not None, "a certificate ledger has a status"
    # The dates on which somebody has to act: a review that was passed is none of them.
    due = [c[key] if quiet is None else case((not_(quiet.sql(c, on)), c[key])) for key, quiet in _due(row_class)]
    where = visible(row_class, _narrowed(row_class, who))
    if wanted.department is not None:
        where.append(c.dept_id.in_(departments_under(literal(wanted.department))))
    if wanted.q:
        where.append(
            or_(
                c.person_name.contains(wanted.q, autoescape=True),
                c.id_number == wanted.q.upper(),
                c.cert_no == wanted.q,
            )
        )
    return select(
        literal(row_class.ledger.slug, Text).label("slug"),
        c.id.label("id"),
        fingerprint(c.id_number).label("person"),
        c.person_name.label("person_name"),
        c.dept_id.label("dept_id"),
        state.label("state"),
        func.least(*due).label("due"),
    ).where(*where)


def _due(row_class: type[LedgerRow]) -> Iterator[tuple[str, Condition | None]]:
    """End of validity and review, with what ends the waiting for them."""
    for expiry in row_class.ledger.expiry:
        if expiry.field in ("valid_to", "review_date"):
            yield expiry.field, expiry.done_when


def _numbers(session: Session, refs: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    found = {}
    for slug in {slug for slug, _ in refs}:
        c = table_of(BY_SLUG[slug]).c
        ids = [id_ for other, id_ in refs if other == slug]
        for id_, number in session.execute(select(c.id, c.id_number).where(c.id.in_(ids))):
            found[slug, id_] = number
    return found


def person(session: Session, who: Principal, slug: str, id_: UUID) -> dict[str, Any]:
    """Everything that the holder of this certificate has, in the data scope; NotFound as for a row that is not there.

    Numbers are masked for everybody, also for those who may see them whole: the sheet is printed, filed and hung up, and a
    certificate's number is often the identity number. The row in its ledger shows it whole, and the trail says to whom."""
    row_class = BY_SLUG.get(slug)
    if row_class is None or row_class not in readable(who):
        raise NotFound
    c = table_of(row_class).c
    found = session.execute(
        select(c.id_number, c.person_name, fingerprint(c.id_number).label("hashed")).where(
            c.id == id_, *visible(row_class, _narrowed(row_class, who))
        )
    ).first()
    if found is None:
        raise NotFound
    ledgers = []
    for each in readable(who):
        rows = _certificates(session, _narrowed(each, who), each, found.id_number)
        if rows:
            ledgers.append({"ledger": each.ledger.slug, "title": each.ledger.title, "rows": rows})
    lacks = [lack.model_dump(mode="json") for lack in Missing(session, who, today()).of_number(found.hashed)]
    return {"name": found.person_name, "id_number": mask(found.id_number), "ledgers": ledgers, "missing": lacks}


def _certificates(session: Session, who: Principal, row_class: type[LedgerRow], number: str) -> list[dict[str, Any]]:
    reader, table = RowReader(row_class, who, masked=True), table_of(row_class)
    source = select(table).where(table.c.id_number == number, *visible(row_class, who)).subquery()
    shown = reader.project(source).order_by(source.c.issue_date.desc(), source.c.id)
    items, _ = session.execute(as_json(shown.subquery("x"))).one()
    rows: list[dict[str, Any]] = orjson.loads(reader.personal.shown(str(items)))
    return rows
