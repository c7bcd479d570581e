"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.reports.facts import models as facts
from services.reports.models import Base

metadata = Base.metadata

__all__ = ["facts", "metadata"]
