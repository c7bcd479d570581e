"""Declarative bases: one for kit's own tables, which stand in every service's database, and one for each service."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, MetaData, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

# Named constraints, so that migrations can name what they change.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPE_MAP: dict[Any, Any] = {
    str: Text,
    UUID: Uuid,
    datetime: DateTime(timezone=True),
    date: Date,
    Decimal: Numeric(14, 2),
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
    list[str]: JSONB,
}


class KitBase(DeclarativeBase):
    """Kit's own tables: outbox, inbox, audit, directory. They stand in every service's database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPE_MAP


def make_base(**extra_types: Any) -> type[DeclarativeBase]:
    """A service's own declarative base, with metadata of its own: several services can be imported into one process
    (tests, the command line) without their tables mixing."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMING)
        type_annotation_map = {**TYPE_MAP, **extra_types}

    return Base
