"""Completing an upload: size, pieces, checksum and real type are checked, and only then is it a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.events import DocumentStored
from contracts.principal import Principal
from kit import audit
from kit.bus import emit
from kit.db import now
from kit.errors import Conflict, Gone
from kit.objects import ObjectStore
from services.documents import access
from services.documents.changing import free_name, namesake, new_node, taken, touch
from services.documents.library import FILE_TYPES, Catalogue, Library
from services.documents.names import extension_of
from services.documents.shapes import CompleteIn, NodeOut
from services.documents.sniffing import BUDGET, HEAD, Refusal, refusal
from services.documents.tree import FileVersion, Node
from services.documents.upload import StaleObject, Upload
from services.documents.uploads import arrived, demand_alive, discard, find


@dataclass(frozen=True, slots=True)
class Refused:
    """The file is not taken. Not raised as an error, since the refusal itself has to be kept."""

    refusal: Refusal


def complete(
    session: Session, store: ObjectStore, principal: Principal, catalogue: Catalogue, upload_id: UUID, body: CompleteIn
) -> NodeOut | Refused:
    """Makes a file, or a new version of one, out of an upload. Asking again answers the same."""
    library, upload = find(session, principal, catalogue, upload_id, lock=True)
    principal = access.demand(principal, library, "upload")
    demand_alive(upload)
    if upload.state == "completed":
        node = session.get(Node, upload.node_id)
        if node is None or node.deleted_at is not None:
            raise Gone("文件上传后已被删除，请重新上传", code="upload_deleted")
        return NodeOut.of(node)
    on_conflict = body.on_conflict or upload.on_conflict
    # Asked before and after the store: before, so that a name that is taken costs nothing; after, under the lock, because
    # only that is certain.
    _destination(session, principal, library, upload, on_conflict)
    stored = _assemble(store, upload)
    wrong = _look(store, upload, stored)
    if wrong is not None:
        return _refuse(session, principal, upload, wrong)
    access.lock(session, library)
    library, upload = find(session, principal, catalogue, upload_id, lock=True)
    target = _destination(session, principal, library, upload, on_conflict)
    node = _add(session, principal, library, upload, target, checked=stored.sha256 == upload.sha256)
    upload.state, upload.node_id = "completed", node.id
    if upload.store_upload_id is None:
        session.add(StaleObject(key=upload.incoming_key, reason="completed"))
    session.flush()
    return NodeOut.of(node)


def _destination(
    session: Session, principal: Principal, library: Library, upload: Upload, on_conflict: str
) -> Node | None:
    """The file that gets a new version, or None for a new file; Conflict when the name is taken and must not be."""
    access.folder(session, principal, library, upload.parent_id)
    other = namesake(session, library.slug, upload.dept_id, upload.parent_id, upload.name)
    if other is None or on_conflict == "rename":
        return None
    if on_conflict == "error" or other.is_folder or not access.sees(session, principal, library, other):
        raise taken(session, principal, library, other)
    return other


@dataclass(frozen=True, slots=True)
class _Stored:
    size: int
    sha256: str | None


def _assemble(store: ObjectStore, upload: Upload) -> _Stored:
    """The object under its final key, complete; Conflict while pieces are missing."""
    parts = arrived(store, upload)
    missing = [number for number in range(1, upload.part_count + 1) if number not in parts]
    if missing:
        numbers = "、".join(map(str, missing[:10]))
        raise Conflict(f"还有分片未上传：{numbers}", code="upload_incomplete", current={"missing": missing})
    if upload.store_upload_id is None:
        store.copy(upload.incoming_key, upload.object_key, etag=parts[1].etag, content_type=upload.mime)
    elif all(part.etag for part in parts.values()):
        store.complete_multipart(upload.object_key, upload.store_upload_id, [parts[n] for n in sorted(parts)])
    stat = store.stat(upload.object_key)
    if stat is None:
        raise Conflict("上传的内容已不在，请重新上传", code="upload_incomplete", current={"missing": []})
    return _Stored(stat.size, stat.sha256)


def _look(store: ObjectStore, upload: Upload, stored: _Stored) -> Refusal | None:
    if stored.size != upload.size:
        return Refusal("size_mismatch", "文件大小与声明的不一致")
    if stored.sha256 is not None and stored.sha256 != upload.sha256:
        return Refusal("sha256_mismatch", "文件校验值与声明的不一致，传输中可能已损坏")
    file = io.BufferedReader(store.open(upload.object_key, stored.size, budget=BUDGET), buffer_size=HEAD)
    return refusal(file, FILE_TYPES[extension_of(upload.name)])


def _refuse(session: Session, principal: Principal, upload: Upload, wrong: Refusal) -> Refused:
    upload.state, upload.refused_code = "refused", wrong.code
    discard(session, upload, wrong.code)
    detail: dict[str, Any] = {"name": upload.name, "code": wrong.code, "sha256": upload.sha256}
    audit.record(session, principal, "file.upload", "upload", upload.id, result="refused", detail=detail)
    return Refused(wrong)


def _add(
    session: Session, principal: Principal, library: Library, upload: Upload, target: Node | None, *, checked: bool
) -> Node:
    """The file's row and its version's. What the store has not checked itself is checked by the worker."""
    state = "ready" if checked else "checking"
    if target is None:
        parent = access.folder(session, principal, library, upload.parent_id)
        name = free_name(session, library.slug, upload.dept_id, upload.parent_id, upload.name, "file")
        node = new_node(principal, library, parent, upload.dept_id, "file", name)
        node.version_no, number = 1, 1
        session.add(node)
        node.state = state
    else:
        node = target
        newest = session.scalar(select(func.max(FileVersion.version_no)).where(FileVersion.node_id == node.id))
        number = (newest or 0) + 1
        touch(node, principal)
    version = FileVersion(
        node_id=node.id,
        version_no=number,
        object_key=upload.object_key,
        size=upload.size,
        mime=upload.mime,
        sha256=upload.sha256,
        state=state,
        created_by=principal.user_id,
        created_by_name=principal.name,
        checked_at=now() if checked else None,
    )
    if checked or target is None:
        show(node, version)
    else:
        node.pending_version_no = number
    session.flush()
    session.add(version)
    session.flush()
    session.refresh(node)
    if not checked:
        stored = DocumentStored(version_id=version.id, node_id=node.id, library=library.slug, size=version.size)
        emit(session, stored, aggregate=f"document:{node.id}", actor=principal.user_id)
    audit.record(
        session,
        principal,
        "file.upload",
        "node",
        node.id,
        after={"name": node.name, "version_no": number, "size": upload.size, "sha256": upload.sha256},
    )
    return node


def show(node: Node, version: FileVersion) -> None:
    """Makes a version the one that a file shows."""
    node.version_no, node.size, node.mime = version.version_no, version.size, version.mime
    node.sha256, node.state = version.sha256, version.state
    if node.pending_version_no == version.version_no:
        node.pending_version_no = None
