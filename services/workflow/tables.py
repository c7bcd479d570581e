"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.workflow.models import Base
from services.workflow.notices import models as notices

metadata = Base.metadata

__all__ = ["metadata", "notices"]
