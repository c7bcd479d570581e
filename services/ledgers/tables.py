"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.ledgers import catalogue, history, shortage, views, warnings_table
from services.ledgers.exports import tables as exports
from services.ledgers.findings import notices as findings
from services.ledgers.importing import tables as importing
from services.ledgers.models import Base
from services.ledgers.movements import tables as movements
from services.ledgers.radar import tables as radar

metadata = Base.metadata
metadata.info["standing"] = [*history.standing(catalogue.LEDGERS), *movements.standing()]

__all__ = [
    "catalogue", "exports", "findings", "history", "importing", "metadata", "movements", "radar", "shortage", "views",
    "warnings_table",
]  # fmt: skip
