"""The declarative base of this service's own tables."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from kit.db.base import NAMING, TYPE_MAP


class Base(DeclarativeBase):
    """Metadata of its own: the tables of several services never mix, even in one process."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPE_MAP
