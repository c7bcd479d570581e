"""The database: engine and transactions, kit's own tables, ids and clocks."""

from kit.db.base import KitBase, make_base
from kit.db.clock import COMPANY_ZONE, now, today
from kit.db.database import Database
from kit.db.ids import uuid7

__all__ = ["COMPANY_ZONE", "Database", "KitBase", "make_base", "now", "today", "uuid7"]
