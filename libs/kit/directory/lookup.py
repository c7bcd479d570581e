"""Reading the copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal, select
from sqlalchemy.orm import Session, aliased

from kit.directory.tables import DirectoryDepartment, DirectoryDictionaryItem, DirectoryPerson


def departments(session: Session, *, closed: bool = True) -> list[DirectoryDepartment]:
    """Every department in the order of the tree: a parent before its children, siblings by their sort number."""
    query = select(DirectoryDepartment)
    if not closed:
        query = query.where(DirectoryDepartment.closed_on.is_(None))
    rows = {row.id: row for row in session.scalars(query)}

    def place(row: DirectoryDepartment) -> tuple[tuple[int, str], ...]:
        parts = (rows.get(UUID(part)) for part in row.path.strip("/").split("/"))
        return tuple((part.sort, part.code) for part in parts if part is not None)

    return sorted(rows.values(), key=place)


class DepartmentNames(dict[str, DirectoryDepartment]):
    """Departments by what people write: code, name, and full name (`分公司/场站/班组`, with or without the root). A name
    that several departments share is in `ambiguous` and leads nowhere, unless written with the names above it."""

    def __init__(self, rows: Sequence[DirectoryDepartment]) -> None:
        super().__init__()
        self.ambiguous: set[str] = set()
        names = {row.id: row.name for row in rows}
        for row in rows:
            chain = [names[id_] for part in row.path.strip("/").split("/") if (id_ := UUID(part)) in names]
            for start in range(len(chain)):
                self._add("/".join(chain[start:]), row)
        # A code is unique, and wins over a name of the same letters.
        for row in rows:
            self.ambiguous.discard(row.code)
            self[row.code] = row

    def _add(self, text: str, row: DirectoryDepartment) -> None:
        if text in self.ambiguous:
            return
        if text in self and self[text].id != row.id:
            self.ambiguous.add(text)
            del self[text]
            return
        self[text] = row


def department_by_name_or_code(session: Session) -> DepartmentNames:
    """The open departments by code, name and full name, for what people type into a workbook."""
    return DepartmentNames(departments(session, closed=False))


def dictionary(session: Session, code: str, *, retired: bool = True) -> list[DirectoryDictionaryItem]:
    """A dictionary's items in order; retired ones too unless told otherwise, for old rows still name them."""
    return dictionaries(session, [code], retired=retired)[code]


def dictionaries(
    session: Session, codes: Iterable[str], *, retired: bool = True
) -> dict[str, list[DirectoryDictionaryItem]]:
    """Several dictionaries at once; a code that is not known has an empty list."""
    found: dict[str, list[DirectoryDictionaryItem]] = {code: [] for code in codes}
    query = (
        select(DirectoryDictionaryItem)
        .where(DirectoryDictionaryItem.dictionary.in_(found))
        .order_by(DirectoryDictionaryItem.sort, DirectoryDictionaryItem.value)
    )
    if not retired:
        query = query.where(DirectoryDictionaryItem.enabled)
    for row in session.scalars(query):
        found[row.dictionary].append(row)
    return found


def people_with_role(
    session: Session, role: str, department_id: UUID | None = None, *, include_ancestors: bool = False
) -> list[DirectoryPerson]:
    """The active people who hold a role: in the whole company, or in one department, or in it and those above it
    (nearest first)."""
    query = select(DirectoryPerson).where(DirectoryPerson.active, literal(role) == any_(DirectoryPerson.roles))
    if department_id is None:
        return list(session.scalars(query.order_by(DirectoryPerson.username)))
    if not include_ancestors:
        query = query.where(DirectoryPerson.department_id == department_id)
        return list(session.scalars(query.order_by(DirectoryPerson.username)))
    own, above = aliased(DirectoryDepartment), aliased(DirectoryDepartment)
    query = (
        query.join(above, above.id == DirectoryPerson.department_id)
        .join(own, func.starts_with(own.path, above.path))
        .where(own.id == department_id)
        .order_by(func.length(above.path).desc(), DirectoryPerson.username)
    )
    return list(session.scalars(query))
