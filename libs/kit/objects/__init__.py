"""The object store: the only place that knows the minio SDK. Any S3 serves; SeaweedFS is the one that comes with us."""

from kit.objects.disposition import content_disposition
from kit.objects.reader import RangeReader
from kit.objects.store import ObjectStore, StoredObject, StoredPart, StoreUnavailable

__all__ = ["ObjectStore", "RangeReader", "StoreUnavailable", "StoredObject", "StoredPart", "content_disposition"]
