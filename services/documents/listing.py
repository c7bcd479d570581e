"""Reading the tree: a folder's content, a search, the way to a place."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.errors import FieldError, Invalid
from services.documents import access
from services.documents.library import Library
from services.documents.names import clean_text, name_key
from services.documents.shapes import Crumb, Listing, NodeOut, NodePage
from services.documents.tree import Node

MAX_OFFSET = 10_000_000


def page_of(session: Session, principal: Principal, library: Library, query: Listing) -> NodePage:
    """What is in a folder, or, with `q`, what below it has this in its name."""
    parent = access.folder(session, principal, library, query.parent_id)
    wanted = [access.visible(principal, library), Node.deleted_at.is_(None)]
    if query.dept_id is not None:
        wanted.append(Node.dept_id == query.dept_id)
    searched = name_key(clean_text(query.q or "").strip())
    if searched:
        wanted.append(Node.name_key.contains(searched, autoescape=True))
        if parent is not None:
            wanted += [access.below(parent), Node.id != parent.id]
    else:
        wanted.append(Node.parent_id.is_not_distinct_from(query.parent_id))
    total, nodes = paged(session, select(Node).where(*wanted).order_by(*_order(query.sort)), query.page, query.size)
    names = crumbs(session, [*nodes, *([parent] if parent else [])])
    breadcrumb = [*names[parent.id], Crumb(id=parent.id, name=parent.name)] if parent is not None else []
    items = [NodeOut.of(node, location=names[node.id] if searched else None) for node in nodes]
    return NodePage(items=items, total=total, page=query.page, size=query.size, breadcrumb=breadcrumb)


def _order(sort: str) -> list[ColumnElement[object]]:
    column = {
        "name": Node.name_key,
        "size": Node.size,
        "created_at": Node.created_at,
        "updated_at": Node.updated_at,
    }[sort.removeprefix("-")]
    # Folders stand before files whatever the order; the id makes pages that do not overlap.
    return [Node.kind.desc(), column.desc() if sort.startswith("-") else column.asc(), Node.id]  # type: ignore[list-item]


def paged(session: Session, query: Select[Node], page: int, size: int) -> tuple[int, list[Node]]:
    """How many rows there are in all, and one page of them. A page beyond the end is empty."""
    offset = (page - 1) * size
    if offset > MAX_OFFSET:
        message = f"最多翻到第 {MAX_OFFSET} 条，请缩小查询范围"
        raise Invalid(message, errors=[FieldError(("query", "page"), "offset_too_large", message)])
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return total, list(session.scalars(query.offset(offset).limit(size))) if offset < total else []


def crumbs(session: Session, nodes: Iterable[Node]) -> dict[UUID, list[Crumb]]:
    """For each node the folders above it, from the top."""
    nodes = list(nodes)
    wanted = {ancestor for node in nodes for ancestor in node.ancestors}
    names: dict[UUID, str] = {}
    if wanted:
        names = {row.id: row.name for row in session.execute(select(Node.id, Node.name).where(Node.id.in_(wanted)))}
    return {
        node.id: [Crumb(id=ancestor, name=names[ancestor]) for ancestor in node.ancestors if ancestor in names]
        for node in nodes
    }


def same_content(
    session: Session, principal: Principal, library: Library, place: ColumnElement[bool], sha256: str
) -> Node | None:
    """A file of the same content right in the same folder, for a warning."""
    return session.scalar(
        select(Node)
        .where(and_(place, access.visible(principal, library), Node.kind == "file", Node.sha256 == sha256))
        .order_by(Node.id)
        .limit(1)
    )
