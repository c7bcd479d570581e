"""Copies of what the identity service owns. They lag by moments; the highest version wins."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from kit.db.base import KitBase


class DirectoryDepartment(KitBase):
    """A department; `path` is the materialised path of ids, `/<root>/<child>/`. One that was merged is closed, names the
    one that took it over, and lies below it."""

    __tablename__ = "directory_department"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None]
    path: Mapped[str]
    sort: Mapped[int]
    closed_on: Mapped[date | None]
    merged_into: Mapped[UUID | None]
    version: Mapped[int]

    __table_args__ = (
        Index("ix_directory_department_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_directory_department_name", "name"),
    )


class DirectoryPerson(KitBase):
    """A person, in a main department and perhaps in further ones."""

    __tablename__ = "directory_person"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    employee_no: Mapped[str | None]
    department_id: Mapped[UUID | None]
    further_department_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    post: Mapped[str | None]
    phone_masked: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool]
    version: Mapped[int]

    __table_args__ = (Index("ix_directory_person_department_id", "department_id"),)


class DirectoryDictionary(KitBase):
    """A dictionary as a whole, with the version of its newest change."""

    __tablename__ = "directory_dictionary"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]


class DirectoryDictionaryItem(KitBase):
    """One item of a dictionary."""

    __tablename__ = "directory_dictionary_item"

    dictionary: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    sort: Mapped[int]
    enabled: Mapped[bool]
    color: Mapped[str | None]
    parent_value: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ext: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    version: Mapped[int]
