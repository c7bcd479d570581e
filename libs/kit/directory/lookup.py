"""Reading the copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal, select
from sqlalchemy.orm import Session, aliased

from kit.db import today
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
    that several departments share is in `ambiguous` and leads nowhere, unless written with the names above it. What one
    that was merged is called leads to the one that took it over, as long as nothing else is called so."""

    def __init__(self, rows: Sequence[DirectoryDepartment], merged: Iterable[DirectoryDepartment] = ()) -> None:
        super().__init__()
        self.ambiguous: set[str] = set()
        names = {row.id: row.name for row in rows}
        for row in rows:
            for word in _words(row, names):
                self._add(word, row)
        # A code is unique, and wins over a name of the same letters.
        for row in rows:
            self.ambiguous.discard(row.code)
            self[row.code] = row
        taken = {*self, *self.ambiguous}
        by_id = {row.id: row for row in rows}
        for row in merged:
            target = by_id.get(row.merged_into) if row.merged_into else None
            if target is not None:
                for word in {row.code, *_words(row, names | {row.id: row.name})} - taken:
                    self._add(word, target)

    def _add(self, text: str, row: DirectoryDepartment) -> None:
        if text in self.ambiguous:
            return
        if text in self and self[text].id != row.id:
            self.ambiguous.add(text)
            del self[text]
            return
        self[text] = row


def _words(row: DirectoryDepartment, names: Mapping[UUID, str]) -> list[str]:
    chain = [names[id_] for part in row.path.strip("/").split("/") if (id_ := UUID(part)) in names]
    return ["/".join(chain[start:]) for start in range(len(chain))]


def department_by_name_or_code(session: Session) -> DepartmentNames:
    """The open departments by code, name and full name, for what people type into a workbook."""
    every = departments(session)
    return DepartmentNames([row for row in every if row.closed_on is None], every)


def dictionary(session: Session, code: str, *, retired: bool = True) -> list[DirectoryDictionaryItem]:
    """A dictionary's items in order; retired ones and those outside their dates too unless told otherwise, for old rows
    still name them."""
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
        query = query.where(
            DirectoryDictionaryItem.enabled,
            func.coalesce(DirectoryDictionaryItem.valid_from, today()) <= today(),
            func.coalesce(DirectoryDictionaryItem.valid_to, today()) >= today(),
        )
    for row in session.scalars(query):
        found[row.dictionary].append(row)
    return found


def people_with_role(
    session: Session, role: str, department_id: UUID | None = None, *, include_ancestors: bool = False
) -> list[DirectoryPerson]:
    """The active people who hold a role: in the whole company, or in one department, or in it and those above it
    (nearest first). A further department counts like the main one. A department that was merged is the one that took it
    over."""
    query = select(DirectoryPerson).where(DirectoryPerson.active, literal(role) == any_(DirectoryPerson.roles))
    if department_id is None:
        return list(session.scalars(query.order_by(DirectoryPerson.username)))
    own = aliased(DirectoryDepartment)
    theirs = func.array_prepend(DirectoryPerson.department_id, DirectoryPerson.further_department_ids)
    if not include_ancestors:
        asked = func.coalesce(
            select(own.merged_into).where(own.id == department_id).scalar_subquery(), literal(department_id)
        )
        return list(session.scalars(query.where(asked == any_(theirs)).order_by(DirectoryPerson.username)))
    above = aliased(DirectoryDepartment)
    near = func.max(func.length(above.path))
    query = (
        query.join(above, above.id == any_(theirs))
        .join(own, func.starts_with(own.path, above.path))
        .where(own.id == department_id)
        # Somebody who is in two of these departments is named once, as near as they come.
        .group_by(DirectoryPerson.id)
        .order_by(near.desc(), DirectoryPerson.username)
    )
    return list(session.scalars(query))
