"""Downloads: after the check of who may, a URL of the store that names the file, good for a minute (reliability.md S23)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.errors import Conflict, FieldError, Invalid, NotFound
from kit.objects import ObjectStore, content_disposition
from services.documents import access
from services.documents.library import FILE_TYPES, Catalogue
from services.documents.names import extension_of
from services.documents.shapes import Download, VersionOut, Versions
from services.documents.tree import FileVersion, Node

URL_SECONDS = 60


def download(
    session: Session,
    store: ObjectStore,
    principal: Principal,
    catalogue: Catalogue,
    node_id: UUID,
    *,
    version_no: int | None,
    inline: bool,
) -> Download:
    """Where to fetch a file, or one of its older versions. Shown in the browser are only kinds that cannot run anything;
    looking at a file needs the right to read, keeping a copy the right to download."""
    library, node = access.find(session, principal, catalogue, node_id, "read" if inline else "download")
    _demand_file(node)
    kind = FILE_TYPES[extension_of(node.name)]
    if inline and not kind.inline:
        message = "该类型的文件不能在线查看，请下载"
        raise Invalid(message, code="not_inline", errors=[FieldError(("query", "inline"), "not_inline", message)])
    version = session.scalar(
        select(FileVersion).where(
            FileVersion.node_id == node.id, FileVersion.version_no == (version_no or node.version_no)
        )
    )
    if version is None:
        raise NotFound
    if version.state == "checking":
        raise Conflict("文件正在校验，请稍候", code="still_checking", retry_after=2)
    if version.state == "refused":
        raise Conflict("文件校验未通过，不能下载，请重新上传", code="check_failed")
    audit.record(
        session,
        principal,
        "file.view" if inline else "file.download",
        "node",
        node.id,
        detail={"name": node.name, "library": library.slug, "version_no": version.version_no, "sha256": version.sha256},
    )
    url = store.download_url(
        version.object_key,
        seconds=URL_SECONDS,
        disposition=content_disposition(node.name, inline=inline),
        # From our list, not from what was stored: a browser must never be told a type that it runs.
        content_type=kind.content_type,
    )
    return Download(url=url, name=node.name, expires_at=now() + timedelta(seconds=URL_SECONDS))


def versions(session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID) -> Versions:
    """Every version of a file."""
    _, node = access.find(session, principal, catalogue, node_id, "read")
    _demand_file(node)
    rows = session.scalars(
        select(FileVersion).where(FileVersion.node_id == node.id).order_by(FileVersion.version_no.desc())
    )
    return Versions(items=[VersionOut.of(row, node) for row in rows])


def _demand_file(node: Node) -> None:
    if node.is_folder:
        raise Conflict("文件夹不能下载，也没有版本", code="not_a_file")
