"""The object store of these tests."""

from kit.testing.object_store import seaweedfs

__all__ = ["seaweedfs"]
