"""The declarative base of this service's own tables."""

from kit.db import make_base

Base = make_base()
