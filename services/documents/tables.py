"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.documents.models import Base
from services.documents.tree import FileVersion, Node
from services.documents.upload import StaleObject, Upload

metadata = Base.metadata

__all__ = ["FileVersion", "Node", "StaleObject", "Upload", "metadata"]
