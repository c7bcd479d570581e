"""Uploads: what a client may send, where it sends it, and taking up one that was cut off.

The bytes go from the client to the object store; this service only signs where they may go (architecture.md 4)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now, uuid7
from kit.errors import Conflict, FieldError, Gone, Invalid, NotFound, TooLarge, TooMany
from kit.objects import ObjectStore, StoredPart
from services.documents import access
from services.documents.changing import namesake, taken
from services.documents.library import FILE_TYPES, MEGABYTE, Catalogue, FileType, Library
from services.documents.listing import same_content
from services.documents.names import clean_name, extension_of
from services.documents.settings import Settings
from services.documents.shapes import PartOut, UploadIn, UploadOut, Warning_
from services.documents.tree import FileVersion
from services.documents.upload import PART_SIZE, StaleObject, Upload

# A URL admits one piece of one upload and nothing else, and not for long (reliability.md S23); there are fresh ones.
URL_SECONDS = 600
KEPT = timedelta(hours=24)


def begin(
    session: Session, store: ObjectStore, settings: Settings, principal: Principal, library: Library, body: UploadIn
) -> UploadOut:
    """Checks what can be checked before a byte is sent, and answers where to send them."""
    name = clean_name(body.name)
    kind = _kind(library, name, body)
    parent = access.folder(session, principal, library, body.parent_id)
    dept_id = access.department(session, principal, library, parent, body.dept_id)
    other = namesake(session, library.slug, dept_id, body.parent_id, name)
    if other is not None and (body.on_conflict == "error" or (body.on_conflict == "version" and other.is_folder)):
        raise taken(session, principal, library, other)
    _check_allowance(session, settings, principal, body.size)
    upload = Upload(
        id=uuid7(),
        library=library.slug,
        parent_id=body.parent_id,
        dept_id=dept_id,
        name=name,
        size=body.size,
        mime=kind.content_type,
        sha256=body.sha256,
        on_conflict=body.on_conflict,
        object_key=f"files/{uuid7()}",
        created_by=principal.user_id,
        created_by_name=principal.name,
        expires_at=now() + KEPT,
    )
    if body.part_sha256 is not None:
        if len(body.part_sha256) != upload.part_count:
            raise _wrong("part_sha256", "part_count", f"应有 {upload.part_count} 个分片的校验值")
        upload.part_sha256 = list(body.part_sha256)
    if upload.part_count > 1:
        upload.store_upload_id = store.begin_multipart(upload.object_key, kind.content_type)
    session.add(upload)
    session.flush()
    audit.record(
        session,
        principal,
        "upload.begin",
        "upload",
        upload.id,
        after={"name": name, "size": body.size, "sha256": body.sha256, "library": library.slug},
    )
    place = access.siblings(library.slug, dept_id, body.parent_id)
    twin = same_content(session, principal, library, place, body.sha256)
    warnings = []
    if twin is not None:
        message = f"此文件夹中的“{twin.name}”与本文件内容相同"
        warnings.append(Warning_(code="same_content", message=message, node_id=twin.id))
    return out(store, upload, {}, warnings)


def _kind(library: Library, name: str, body: UploadIn) -> FileType:
    """The kind of file that the name says; refuses what the library does not take, and what is too large or empty."""
    extension = extension_of(name)
    kind = FILE_TYPES.get(extension)
    if kind is None or extension not in library.accept:
        raise _wrong("name", "extension_refused", f"不支持的文件类型，可上传：{'、'.join(library.accept)}")
    declared = (body.mime or "").split(";")[0].strip().lower()
    if declared not in ("", "application/octet-stream", *kind.declared):
        raise _wrong("mime", "type_mismatch", f"文件类型 {declared} 与扩展名 .{extension} 不符")
    if body.size == 0:
        raise _wrong("size", "empty_file", "文件是空的")
    limit = library.limit(kind)
    if body.size > limit:
        raise TooLarge(f".{extension} 文件不能超过 {limit // MEGABYTE} MB", code="file_too_large")
    return kind


def _check_allowance(session: Session, settings: Settings, principal: Principal, size: int) -> None:
    """How fast and how much one person may upload (reliability.md S20). What is under way counts as if it were there."""
    minute = session.execute(
        select(func.count(), func.min(Upload.created_at)).where(
            Upload.created_by == principal.user_id, Upload.created_at > func.now() - timedelta(minutes=1)
        )
    ).one()
    if minute[0] >= settings.uploads_per_minute:
        wait = max(1, 60 - int((now() - minute[1]).total_seconds()))
        raise TooMany(f"每分钟最多上传 {settings.uploads_per_minute} 个文件", code="uploads_too_fast", retry_after=wait)
    stored = session.execute(
        select(func.count(), func.coalesce(func.sum(FileVersion.size), 0)).where(
            FileVersion.created_by == principal.user_id
        )
    ).one()
    coming = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.created_by == principal.user_id, Upload.state == "open"
        )
    ).one()
    if stored[0] + coming[0] >= settings.user_files:
        raise Conflict(f"您上传的文件已达 {settings.user_files} 个的上限", code="quota_exceeded")
    if stored[1] + coming[1] + size > settings.user_gigabytes * 1024 * MEGABYTE:
        raise Conflict(f"您上传的文件已达 {settings.user_gigabytes} GB 的上限", code="quota_exceeded")


def find(
    session: Session, principal: Principal, catalogue: Catalogue, upload_id: UUID, *, lock: bool = False
) -> tuple[Library, Upload]:
    """One's own upload; anybody else's is as good as missing."""
    upload = session.get(Upload, upload_id, with_for_update=lock)
    library = catalogue.get(upload.library) if upload is not None else None
    if upload is None or library is None or upload.created_by != principal.user_id:
        raise NotFound
    access.demand(principal, library, "upload")
    return library, upload


_GONE = {
    "aborted": "该上传已取消，请重新上传",
    "expired": "该上传已超过 24 小时，请重新上传",
    "refused": "该文件未通过检查，请重新上传",
}


def demand_alive(upload: Upload) -> None:
    """Gone, for an upload that leads nowhere any more: the client begins anew."""
    state = "expired" if upload.state == "open" and upload.expires_at < now() else upload.state
    if state in _GONE:
        raise Gone(_GONE[state], code=f"upload_{state}")


def resume(session: Session, store: ObjectStore, principal: Principal, catalogue: Catalogue, id_: UUID) -> UploadOut:
    """How far an upload has come, with fresh URLs for what is missing."""
    _, upload = find(session, principal, catalogue, id_)
    demand_alive(upload)
    return out(store, upload, arrived(store, upload) if upload.state == "open" else {})


def abort(session: Session, principal: Principal, catalogue: Catalogue, id_: UUID) -> None:
    """Gives an upload up. Doing it twice is no error; what is complete stays."""
    _, upload = find(session, principal, catalogue, id_, lock=True)
    if upload.state == "completed":
        raise Conflict("文件已上传完成，如不需要请删除文件", code="upload_completed")
    if upload.state == "open":
        upload.state = "aborted"
        discard(session, upload, "aborted")
        audit.record(session, principal, "upload.abort", "upload", upload.id, before={"name": upload.name})


def discard(session: Session, upload: Upload, reason: str) -> None:
    """Has the worker remove whatever has arrived of an upload."""
    session.add(StaleObject(key=upload.object_key, store_upload_id=upload.store_upload_id, reason=reason))
    if upload.store_upload_id is None:
        session.add(StaleObject(key=upload.incoming_key, reason=reason))


def arrived(store: ObjectStore, upload: Upload) -> dict[int, StoredPart]:
    """The pieces that are there in their full size, by number."""
    if upload.store_upload_id is None:
        stat = store.stat(upload.incoming_key)
        return {1: StoredPart(1, stat.etag, stat.size)} if stat is not None and stat.size == upload.size else {}
    parts = store.parts(upload.object_key, upload.store_upload_id)
    if parts is None:
        # Already put together, by a completion whose transaction then failed; completing again goes on from there.
        whole = store.stat(upload.object_key)
        return {n: StoredPart(n, "", upload.bytes_of(n)) for n in _numbers(upload)} if whole is not None else {}
    return {n: part for n, part in parts.items() if n in _numbers(upload) and part.size == upload.bytes_of(n)}


def _numbers(upload: Upload) -> range:
    return range(1, upload.part_count + 1)


def out(
    store: ObjectStore, upload: Upload, there: dict[int, StoredPart], warnings: list[Warning_] | None = None
) -> UploadOut:
    """The upload for its client."""
    is_open = upload.state == "open"
    parts = [
        PartOut(
            number=number,
            offset=PART_SIZE * (number - 1),
            size=upload.bytes_of(number),
            url=_url(store, upload, number) if is_open and number not in there else None,
            done=number in there or upload.state == "completed",
        )
        for number in _numbers(upload)
    ]
    return UploadOut(
        **{name: getattr(upload, name) for name in UploadOut.model_fields if hasattr(upload, name)},
        part_size=PART_SIZE,
        parts=parts,
        urls_expire_at=now() + timedelta(seconds=URL_SECONDS) if is_open else None,
        warnings=warnings or [],
    )


def _url(store: ObjectStore, upload: Upload, number: int) -> str:
    if upload.store_upload_id is None:
        return store.upload_url(upload.incoming_key, size=upload.size, seconds=URL_SECONDS, sha256=upload.sha256)
    return store.upload_url(
        upload.object_key,
        size=upload.bytes_of(number),
        seconds=URL_SECONDS,
        sha256=upload.part_sha256[number - 1] if upload.part_sha256 else None,
        upload_id=upload.store_upload_id,
        number=number,
    )


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(("body", field), code, message)])
