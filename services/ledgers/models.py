"""The declarative base of this service's own tables."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from kit.db.base import NAMING, TYPE_MAP


class Base(DeclarativeBase):
    """Written out rather than made by kit.db.make_base, so that the type checker knows the classes derived from it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPE_MAP
