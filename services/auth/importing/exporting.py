"""export.xlsx and template.xlsx of departments and people: what comes out goes in again without a change."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import DepartmentNames, departments
from kit.excel import Column, export, template
from kit.fields import Departments
from services.auth import kinds, people
from services.auth.access import held
from services.auth.departments import Department
from services.auth.importing.places import departments_for
from services.auth.importing.subjects import RECORD, Subject, template_columns, width
from services.auth.people import User


def build_template(session: Session, principal: Principal, subject: Subject) -> bytes:
    """The workbook to fill in, with the drop-downs of this person."""
    places = departments_for(session, principal)
    mine = [name for id_, name in places.unique_names.items() if places.writable is None or id_ in places.writable]
    choices: dict[str, Sequence[str]] = {
        "kind": [kind.label for kind in kinds.all_of(session).values() if kind.enabled],
        "parent": list(places.unique_names.values()),
        "department": mine,
        "further": mine,
        "account": ["是", "否"],
    }
    return template.build(
        f"{subject.title}导入模板", template_columns(subject, choices), subject.notes, sheet_name=subject.title
    )


def export_departments(session: Session, subject: Subject) -> tuple[bytes, int]:
    """The whole tree, closed ones too, each with where it stands."""
    rows = departments(session)
    names = {row.id: row.name for row in rows}
    unique = _unique_names(session)
    labels = {value: kind.label for value, kind in kinds.all_of(session).items()}

    def cells() -> Iterator[dict[str, Any]]:
        for row in rows:
            chain = [names[id_] for part in row.path.strip("/").split("/") if (id_ := UUID(part)) in names]
            state = "使用中"
            if row.merged_into is not None:
                state = f"已并入 {names.get(row.merged_into, '')}"
            elif row.closed_on is not None:
                state = f"已关闭（{row.closed_on.isoformat()}）"
            yield {
                "code": row.code,
                "name": row.name,
                "kind": labels.get(row.kind, row.kind),
                "parent": (unique.get(row.parent_id) or names.get(row.parent_id)) if row.parent_id else None,
                "sort": row.sort,
                "_state": state,
                "_full_name": "/".join(chain),
                RECORD.key: f"{row.id}:{row.version}",
            }

    return _written(subject, cells()), len(rows)


def export_people(session: Session, subject: Subject, users: Sequence[User], *, personal: bool) -> bytes:
    """The people of a list; phones are masked unless the caller may see personal data, and a masked one comes in again
    as what it stands for."""
    unique = _unique_names(session)

    def place(row: Department) -> str:
        return unique.get(row.id) or row.name

    def cells() -> Iterator[dict[str, Any]]:
        for user in users:
            yield {
                "employee_no": user.employee_no,
                "name": user.name,
                "department": place(user.department),
                "further": "、".join(place(entry.department) for entry in user.further_departments) or None,
                "post": user.post,
                "phone": user.phone if personal else people.mask_phone(user.phone),
                "account": "是" if user.has_account else "否" if user.username is None else None,
                "username": user.username,
                "_state": "在用" if user.active else "已停用",
                "_roles": "、".join(grant.definition.name for grant in held(user)) or None,
                RECORD.key: f"{user.id}:{user.version}",
            }

    return _written(subject, cells())


def _unique_names(session: Session) -> dict[UUID, str]:
    """What a department is called without being mistaken for another: its name, or with those above it."""
    every = departments(session)
    is_open = {row.id for row in session.scalars(select(Department).where(Department.closed_on.is_(None)))}
    names = DepartmentNames([row for row in every if row.id in is_open], every)
    return Departments(names, ambiguous=names.ambiguous).unique_names


def _written(subject: Subject, rows: Iterable[Mapping[str, Any]]) -> bytes:
    columns = [
        *(
            Column(key=spec.key, title=spec.title, text=spec.kind != "integer", width=width(spec))
            for spec in subject.fields
        ),
        *subject.shown,
        RECORD,
    ]
    with tempfile.TemporaryFile() as file:
        export.write(
            file,
            subject.title,
            columns,
            ({column.title: export.guarded(row[column.key]) for column in columns} for row in rows),
        )
        file.seek(0)
        return file.read()
