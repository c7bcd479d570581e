"""One identity number is one person, in every ledger of people. A number that is typed with another name than everywhere else
is a slip of the hand, and would give somebody another one's certificates or examinations.

Asked when a row gets its number, and not when a name changes: who has married has one row after another corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.errors import FieldError, Invalid
from services.ledgers.catalogue import LEDGERS
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.tables import ImportJob, ImportRow
from services.ledgers.ledger import LedgerRow
from services.ledgers.persons import NAME, NUMBER, OTHER_NAME, without_blanks
from services.ledgers.reading import table_of, visible

# Of so many rows of a file it is said which name the number has; of more, only that it has another one.
_NAMED = 500


class _Other(NamedTuple):
    row_class: type[LedgerRow]
    id: UUID
    name: str


def spelled(name: ColumnElement[str]) -> ColumnElement[str]:
    """A name as it is compared: people write 张 伟 to fill a column."""
    return func.regexp_replace(name, r"\s", "", "g")


def ledgers_of_people() -> list[type[LedgerRow]]:
    """The ledgers whose rows have a person's name and identity number."""
    return [row_class for row_class in LEDGERS if {NAME, NUMBER} <= row_class.fields.keys()]


def refuse(
    session: Session, who: Principal, row_class: type[LedgerRow], values: dict[str, Any], id_: UUID | None
) -> None:
    """Invalid when another row has the number of these values under another name."""
    name, number = values.get(NAME), values.get(NUMBER)
    if not {NAME, NUMBER} <= row_class.fields.keys() or not name or not number:
        return
    branches = []
    for place, other in enumerate(people := ledgers_of_people()):
        c = table_of(other).c
        found = select(literal(place), c.id, c[NAME]).where(
            c.deleted_at.is_(None), c[NUMBER] == number, spelled(c[NAME]) != without_blanks(name)
        )
        branches.append((found.where(c.id != id_) if other is row_class and id_ is not None else found).limit(1))
    first = session.execute(union_all(*(branch.subquery().select() for branch in branches))).first()
    if first is None:
        return
    place, other_id, other_name = first
    shown = _seen(session, who, [_Other(people[place], other_id, other_name)])
    message = sentence(other_name if shown else None)
    raise Invalid(message, errors=[FieldError(("body", NUMBER), OTHER_NAME, message)])


def sentence(name: str | None) -> str:
    """What is said; without the name to who may not see the row that has it."""
    known = f"“{name}”" if name else "另一个姓名"
    return f"该身份证号已登记为{known}，请核对姓名和号码；如已更名，请先更正原来的记录"


def refuse_rows(session: Session, job: ImportJob, matching: Matching, who: Principal) -> None:
    """The same for the new rows of a file."""
    if not {NAME, NUMBER} <= matching.given:
        return
    found: dict[int, _Other] = {}
    for row_class in ledgers_of_people():
        for row_no, id_, name in session.execute(
            matching.other_names(table_of(row_class), NUMBER, NAME), {"job": job.id}
        ):
            found.setdefault(row_no, _Other(row_class, id_, name))
    if not found:
        return
    seen = _seen(session, who, [found[row_no] for row_no in sorted(found)[:_NAMED]])
    session.execute(
        update(ImportRow),
        [
            {
                "job_id": job.id,
                "row_no": row_no,
                "ok": False,
                "errors": {NUMBER: [OTHER_NAME, sentence(other.name if other.id in seen else None)]},
            }
            for row_no, other in found.items()
        ],
    )


def _seen(session: Session, who: Principal, others: Sequence[_Other]) -> set[UUID]:
    """Those of the rows that this person may read."""
    seen: set[UUID] = set()
    for row_class in {other.row_class for other in others}:
        permission = f"ledgers:{row_class.ledger.slug}:read"
        if not who.may(permission):
            continue
        ids = [other.id for other in others if other.row_class is row_class]
        narrowed = who.narrowed(permission)
        seen.update(session.scalars(select(row_class.id).where(row_class.id.in_(ids), *visible(row_class, narrowed))))
    return seen
