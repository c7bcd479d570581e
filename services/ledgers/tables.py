"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.ledgers import catalogue, warnings_table
from services.ledgers.models import Base

metadata = Base.metadata

__all__ = ["catalogue", "metadata", "warnings_table"]
