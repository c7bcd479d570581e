"""One bucket of an S3 store: signed URLs for clients, and what the service itself asks of the store."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Part
from minio.error import MinioException, S3Error
from minio.retention import Retention

from kit.errors import Unavailable
from kit.objects.presign import Signer
from kit.objects.reader import RangeReader
from kit.settings import WELL_KNOWN_SECRETS, ObjectStoreSettings

_GONE = frozenset({"NoSuchKey", "NoSuchUpload", "NoSuchObject", "NotFound"})


class StoreUnavailable(Unavailable):
    """The object store does not answer, or not as it should."""

    code, title = "store_unavailable", "文件存储暂时不可用，请稍后重试"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the store says of an object. `sha256` (hex) is there when the store itself has checked it on arrival."""

    size: int
    etag: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One part of an unfinished multipart upload."""

    number: int
    etag: str
    size: int


class ObjectStore:
    """Keys are made by the caller, never from what people type: letters, digits, `/`, `-`."""

    def __init__(self, settings: ObjectStoreSettings) -> None:
        endpoint = urlsplit(settings.s3_endpoint)
        access, secret = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
        if access in WELL_KNOWN_SECRETS or secret in WELL_KNOWN_SECRETS:
            raise RuntimeError("对象存储的密钥为空或是众所周知的默认密钥，拒绝启动")
        self.bucket = settings.s3_bucket
        self._audit_bucket = settings.s3_audit_bucket
        self._signer = Signer(settings.s3_public_endpoint, access, secret, settings.s3_region)
        self._pool = urllib3.PoolManager(
            maxsize=16,
            timeout=urllib3.Timeout(connect=3, read=20),
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        # The region is given, so that neither signing nor a first call needs to ask the store for it.
        self._client = Minio(
            endpoint.netloc,
            access,
            secret,
            secure=endpoint.scheme == "https",
            region=settings.s3_region,
            http_client=self._pool,
        )

    # --- for clients -------------------------------------------------------------------------------------------------

    def upload_url(
        self,
        key: str,
        *,
        size: int,
        seconds: int,
        sha256: str | None = None,
        upload_id: str | None = None,
        number: int | None = None,
    ) -> str:
        """Where a client PUTs exactly `size` bytes: a whole object, or part `number` of `upload_id`. With `sha256` (hex)
        the store refuses other bytes (SeaweedFS does; a store that ignores it leaves no checksum for `stat` to find)."""
        query = {}
        if upload_id is not None:
            query = {"partNumber": str(number), "uploadId": upload_id}
        if sha256 is not None:
            query["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
        return self._url("PUT", key, seconds, query, {"content-length": str(size)})

    def download_url(self, key: str, *, seconds: int, disposition: str, content_type: str) -> str:
        """Where a client GETs an object, under a name and a type of our choice."""
        query = {
            "response-content-disposition": disposition,
            "response-content-type": content_type,
            "response-cache-control": "private, no-store",
        }
        return self._url("GET", key, seconds, query, {})

    def _url(self, method: str, key: str, seconds: int, query: dict[str, str], headers: dict[str, str]) -> str:
        path = f"/{self.bucket}/{key}"
        return self._signer.url(method, path, at=datetime.now(UTC), seconds=seconds, query=query, headers=headers)

    # --- for the service ---------------------------------------------------------------------------------------------

    def ensure_bucket(self) -> None:
        """Creates the buckets where they are missing."""
        with _translated():
            if not self._client.bucket_exists(self.bucket):
                self._client.make_bucket(self.bucket)
            if not self._client.bucket_exists(self._audit_bucket):
                self._client.make_bucket(self._audit_bucket, object_lock=True)

    def stat(self, key: str) -> StoredObject | None:
        """What the store knows of an object, or None when it has none."""
        try:
            with _translated():
                answer = self._client._execute("HEAD", self.bucket, key, headers={"x-amz-checksum-mode": "ENABLED"})
        except _Missing:
            return None
        checksum = answer.headers.get("x-amz-checksum-sha256", "")
        return StoredObject(
            size=int(answer.headers["content-length"]),
            etag=answer.headers["etag"].strip('"'),
            # A checksum "…-2" covers the parts' checksums, not the bytes.
            sha256=base64.b64decode(checksum).hex() if checksum and "-" not in checksum else None,
        )

    def read(self, key: str, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` on."""
        with _translated():
            answer = self._client.get_object(self.bucket, key, offset=offset, length=length)
            try:
                return bytes(answer.read())
            finally:
                answer.close()
                answer.release_conn()

    def open(self, key: str, size: int, *, budget: int) -> RangeReader:
        """The object as a seekable file of which at most `budget` bytes are fetched."""
        return RangeReader(lambda offset, length: self.read(key, offset, length), size, budget=budget)

    def stream(self, key: str, chunk: int = 1024 * 1024) -> Iterator[bytes]:
        """The object from beginning to end, piece by piece."""
        with _translated():
            answer = self._client.get_object(self.bucket, key)
            try:
                yield from answer.stream(chunk)
            finally:
                answer.close()
                answer.release_conn()

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Stores something small that the service itself made."""
        with _translated():
            self._client.put_object(self.bucket, key, io.BytesIO(data), len(data), content_type=content_type)

    def copy(self, source: str, target: str, *, etag: str, content_type: str) -> None:
        """Copies inside the store, provided that the source is still the object with this etag."""
        headers: dict[str, str | list[str] | tuple[str]] = {
            "x-amz-copy-source": quote(f"/{self.bucket}/{source}"),
            "x-amz-copy-source-if-match": f'"{etag}"',
            "x-amz-metadata-directive": "REPLACE",
            "Content-Type": content_type,
        }
        with _translated():
            self._client._execute("PUT", self.bucket, target, headers=headers)

    def delete(self, key: str) -> None:
        """Removes an object; one that is not there is no error."""
        with _translated():
            self._client.remove_object(self.bucket, key)

    def keys(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """The keys below a prefix whose objects were last written before a moment."""
        with _translated():
            for item in self._client.list_objects(self.bucket, prefix=prefix, recursive=True):
                if item.last_modified is not None and item.last_modified < before and not item.is_dir:
                    yield item.object_name

    # --- what nobody may take away -----------------------------------------------------------------------------------

    def keep(self, key: str, data: bytes, *, until: datetime) -> None:
        """Stores something small in the bucket with object lock: until that moment this version of it cannot be removed
        by anybody (COMPLIANCE), and writing the key again adds another version."""
        with _translated():
            self._client.put_object(
                self._audit_bucket,
                key,
                io.BytesIO(data),
                len(data),
                content_type="application/json",
                retention=Retention(COMPLIANCE, until),
            )

    def kept(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """(key, content) of every version that has been kept below a prefix, the hidden ones too."""
        with _translated():
            for item in self._client.list_objects(
                self._audit_bucket, prefix=prefix, recursive=True, include_version=True
            ):
                if item.is_delete_marker or item.is_dir:
                    continue
                answer = self._client.get_object(self._audit_bucket, item.object_name, version_id=item.version_id)
                try:
                    yield item.object_name, bytes(answer.read())
                finally:
                    answer.close()
                    answer.release_conn()

    # --- multipart ---------------------------------------------------------------------------------------------------

    def begin_multipart(self, key: str, content_type: str) -> str:
        """Opens a multipart upload; the object appears when it is completed, at once and whole."""
        with _translated():
            return str(self._client._create_multipart_upload(self.bucket, key, {"Content-Type": content_type}))

    def parts(self, key: str, upload_id: str) -> dict[int, StoredPart] | None:
        """The parts that have arrived, by number; None when the store does not know the upload (any more)."""
        found: dict[int, tuple[datetime, StoredPart]] = {}
        marker: str | None = None
        try:
            while True:
                with _translated():
                    answer = self._client._list_parts(
                        self.bucket, key, upload_id, max_parts=1000, part_number_marker=marker
                    )
                for part in answer.parts:
                    # A part that was sent twice is listed twice by SeaweedFS, in no order (measured). The later one
                    # counts; within one second it cannot tell, which only matters where their bytes differ, and then
                    # the file's own checksum decides.
                    at = part.last_modified or datetime.min.replace(tzinfo=UTC)
                    if part.part_number not in found or found[part.part_number][0] <= at:
                        found[part.part_number] = (at, StoredPart(part.part_number, part.etag, part.size or 0))
                if not answer.is_truncated:
                    return {number: part for number, (_, part) in found.items()}
                marker = str(answer.next_part_number_marker)
        except _Missing:
            return None

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Makes the object out of its parts."""
        with _translated():
            self._client._complete_multipart_upload(
                self.bucket, key, upload_id, [Part(part.number, part.etag) for part in parts]
            )

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Throws the parts away; an upload that is gone is no error."""
        try:
            with _translated():
                self._client._abort_multipart_upload(self.bucket, key, upload_id)
        except _Missing:
            return

    def unfinished(self, *, before: datetime) -> Iterator[tuple[str, str]]:
        """(key, upload id) of the multipart uploads that were begun before a moment and not completed."""
        key_marker = id_marker = None
        while True:
            with _translated():
                answer = self._client._list_multipart_uploads(
                    self.bucket, key_marker=key_marker, upload_id_marker=id_marker, max_uploads=500
                )
            for upload in answer.uploads:
                if upload.upload_id and upload.initiated_time is not None and upload.initiated_time < before:
                    yield upload.object_name, upload.upload_id
            if not answer.is_truncated:
                return
            key_marker, id_marker = answer.next_key_marker, answer.next_upload_id_marker

    def close(self) -> None:
        """Closes every pooled connection."""
        self._pool.clear()


class _Missing(Exception):
    """The store has no such object or upload."""


@contextmanager
def _translated() -> Iterator[None]:
    """The SDK's errors as ours: what is missing, and everything else, which is the store's trouble and not the caller's."""
    try:
        yield
    except S3Error as error:
        if error.code in _GONE:
            raise _Missing from error
        raise StoreUnavailable(code=f"store_{'busy' if error.code == 'SlowDown' else 'unavailable'}") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ParseError) as error:
        raise StoreUnavailable from error
