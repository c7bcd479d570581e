"""The object store, for the image of the service that needs one."""

from kit.testing.object_store import seaweedfs

__all__ = ["seaweedfs"]
