"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.ledgers import catalogue, warnings_table
from services.ledgers.importing import tables as importing
from services.ledgers.models import Base

metadata = Base.metadata

__all__ = ["catalogue", "importing", "metadata", "warnings_table"]
