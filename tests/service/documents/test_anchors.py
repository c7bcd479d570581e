"""The heads of the audit chains in the real object store: nobody can take them away, and nobody hides one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from minio import Minio
from minio.error import S3Error
from pydantic import SecretStr

from contracts.events import AuditAnchored
from kit.objects import ObjectStore
from kit.settings import ObjectStoreSettings
from kit.testing.object_store import ADMIN_KEY, AUDIT_BUCKET, SECRET_KEY, TestObjectStore
from services.documents import anchors


@pytest.fixture
def store(seaweedfs: TestObjectStore) -> Iterator[ObjectStore]:
    made = ObjectStore(ObjectStoreSettings(**seaweedfs.settings()))
    yield made
    made.close()


def event(position: int, hash_: str) -> AuditAnchored:
    return AuditAnchored(service="reports", position=position, hash=hash_, at=datetime.now(UTC))


def test_a_head_is_kept_against_the_stores_own_administrator(store: ObjectStore, seaweedfs: TestObjectStore) -> None:
    first = event(7, "ab" * 32)
    anchors.keep(store, first)
    # A forger with the service's own key writes the object again; the first version stays to be read.
    anchors.keep(store, event(7, "cd" * 32))
    kept = list(anchors.kept(store, "reports"))
    assert {(one.service, one.position, one.hash) for one in kept} == {
        ("reports", 7, "ab" * 32),
        ("reports", 7, "cd" * 32),
    }

    admin = Minio(seaweedfs.endpoint.removeprefix("http://"), ADMIN_KEY, SECRET_KEY, secure=False, region="us-east-1")
    # Other tests keep the heads of other services in the same bucket.
    versions = list(admin.list_objects(AUDIT_BUCKET, prefix="reports/", recursive=True, include_version=True))
    assert len(versions) == 2
    for version in versions:
        with pytest.raises(S3Error):
            admin.remove_object(AUDIT_BUCKET, version.object_name, version_id=version.version_id)
    # Removing "the object" only hides it behind a marker.
    admin.remove_object(AUDIT_BUCKET, versions[0].object_name)
    assert len(list(anchors.kept(store, "reports"))) == 2


def test_nothing_is_kept_of_a_service_that_has_not_told(store: ObjectStore) -> None:
    assert list(anchors.kept(store, "nobody")) == []


def test_the_administrators_key_is_not_the_services(seaweedfs: TestObjectStore) -> None:
    assert seaweedfs.settings()["s3_access_key"] != SecretStr(ADMIN_KEY)
