"""The declarative base of this service's own tables."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from kit.db.base import NAMING, TYPE_MAP


class Base(DeclarativeBase):
    """Auth's tables, apart from kit's."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPE_MAP
