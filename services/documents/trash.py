"""The recycle bin: deleting is soft and can be undone for thirty days (domain.md 3.1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.errors import Conflict, NotFound
from kit.http.recent import refuse_stale
from services.documents import access
from services.documents.changing import check_version, free_name, namesake, taken, touch
from services.documents.library import Catalogue, Library
from services.documents.listing import crumbs, paged
from services.documents.names import clean_text, name_key
from services.documents.shapes import Deleted, NodeOut, RestoreIn, TrashItem, TrashListing, TrashPage
from services.documents.tree import MAX_DEPTH, Node

KEPT = timedelta(days=30)


def delete(
    session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID, version: int, *, cascade: bool
) -> Deleted:
    """Puts a node into the recycle bin; a folder that is not empty only with `cascade`, and then all that is in it."""
    library, node = access.find(session, principal, catalogue, node_id, "delete")
    access.lock(session, library)
    library, node = access.find(session, principal, catalogue, node_id, "delete")
    check_version(node, version)
    alive = (access.below(node), Node.deleted_at.is_(None))
    rows = session.execute(select(Node.kind, func.count()).where(*alive).group_by(Node.kind))
    counts = {row[0]: row[1] for row in rows}
    folders, files = counts.get("folder", 0), counts.get("file", 0)
    if node.is_folder and folders + files > 1 and not cascade:
        raise Conflict(
            f"文件夹中还有 {folders - 1} 个文件夹、{files} 个文件",
            code="folder_not_empty",
            current={"folders": folders - 1, "files": files},
        )
    at = now()
    if folders + files > 1:
        # Many at once want a fresh proof of who it is (reliability.md 3.1 S7).
        refuse_stale(principal, at)
    session.execute(
        update(Node)
        .where(*alive)
        .values(
            deletion_id=node.id,
            deleted_at=at,
            deleted_by=principal.user_id,
            deleted_by_name=principal.name,
            version=Node.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    audit.record(
        session,
        principal,
        "node.delete",
        "node",
        node.id,
        before={"name": node.name, "library": node.library, "path": node.path},
        detail={"folders": folders, "files": files},
    )
    return Deleted(id=node.id, folders=folders, files=files, purge_at=at + KEPT)


def restore(session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID, body: RestoreIn) -> NodeOut:
    """Takes a node, and what its deletion took along, out of the recycle bin."""
    library, node = access.find(session, principal, catalogue, node_id, "delete", deleted=True)
    access.lock(session, library)
    library, node = access.find(session, principal, catalogue, node_id, "delete", deleted=True)
    if node.deletion_id != node.id:
        raise NotFound("该内容随上级文件夹一起删除，请恢复上级文件夹", code="deleted_with_folder")
    if body.to_root:
        _to_root(session, node)
    elif node.parent_id is not None:
        parent = session.get_one(Node, node.parent_id)
        if parent.deleted_at is not None:
            raise Conflict("原来的文件夹已删除：请先恢复它，或选择恢复到根目录", code="folder_deleted")
        if node.is_folder and len(parent.ancestors) + 1 + _levels(session, node) > MAX_DEPTH:
            raise Conflict(f"文件夹最多 {MAX_DEPTH} 层，请选择恢复到根目录", code="too_deep")
    other = namesake(session, node.library, node.dept_id, node.parent_id, node.name)
    if other is not None:
        if body.on_conflict == "error":
            raise taken(session, principal, library, other)
        node.name = free_name(session, node.library, node.dept_id, node.parent_id, node.name, node.kind)
        node.name_key = name_key(node.name)
        session.flush()
    session.execute(
        update(Node)
        .where(Node.deletion_id == node.id)
        .values(deletion_id=None, deleted_at=None, deleted_by=None, deleted_by_name=None, version=Node.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(node)
    touch(node, principal)
    audit.record(session, principal, "node.restore", "node", node.id, after={"name": node.name, "path": node.path})
    session.flush()
    return NodeOut.of(node)


def _levels(session: Session, node: Node) -> int:
    longest = session.scalar(
        select(func.max(func.length(Node.path))).where(Node.deletion_id == node.id, Node.kind == "folder")
    )
    return ((longest or len(node.path)) - len(node.path)) // 37 + 1


def _to_root(session: Session, node: Node) -> None:
    old, new = node.path, f"/{node.id}/"
    session.execute(
        update(Node)
        .where(access.below(node))
        .values(path=func.concat(new, func.substr(Node.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    session.refresh(node)
    node.parent_id = None
    session.flush()


def page_of(session: Session, principal: Principal, library: Library, query: TrashListing) -> TrashPage:
    """What was deleted and can be brought back, the newest first."""
    wanted = [access.visible(principal, library), Node.deleted_at > now() - KEPT, Node.deletion_id == Node.id]
    searched = name_key(clean_text(query.q or "").strip())
    if searched:
        wanted.append(Node.name_key.contains(searched, autoescape=True))
    rows = select(Node).where(*wanted).order_by(Node.deleted_at.desc(), Node.id)
    total, nodes = paged(session, rows, query.page, query.size)
    names = crumbs(session, nodes)
    items = [
        TrashItem(
            **NodeOut.of(node, location=names[node.id]).model_dump(),
            deleted_at=node.deleted_at,
            deleted_by_name=node.deleted_by_name or "",
            purge_at=node.deleted_at + KEPT,  # type: ignore[operator]
        )
        for node in nodes
    ]
    return TrashPage(items=items, total=total, page=query.page, size=query.size)
