"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.workflow.models import Base

metadata = Base.metadata
