"""Changing the tree: new folders, renaming, moving, remarks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now, uuid7
from kit.errors import Conflict, FieldError, Invalid, VersionConflict
from services.documents import access
from services.documents.library import Catalogue, Library
from services.documents.names import clean_name, name_key, numbered, renamed
from services.documents.shapes import FolderIn, NodeChange, NodeOut
from services.documents.tree import MAX_DEPTH, Node


def namesake(session: Session, library: str, dept_id: UUID | None, parent_id: UUID | None, name: str) -> Node | None:
    """The living node that has this name (or one that differs only in case) in this place."""
    return session.scalar(
        select(Node).where(access.siblings(library, dept_id, parent_id), Node.name_key == name_key(name))
    )


def taken(session: Session, principal: Principal, library: Library, node: Node) -> Conflict:
    """The error that a name is taken, with the node that has it, if the caller may know more of it than its name."""
    kind = "文件夹" if node.is_folder else "文件"
    known = access.sees(session, principal, library, node)
    current = NodeOut.of(node).model_dump(mode="json") if known else None
    return Conflict(f"此处已有同名{kind}“{node.name}”", code="name_taken", current=current)


def free_name(
    session: Session, library: str, dept_id: UUID | None, parent_id: UUID | None, name: str, kind: str
) -> str:
    """The name, or the first of `name (2)`, `name (3)` … that nobody has here."""
    # One query instead of one per try: a folder may hold hundreds of copies.
    used = set(session.scalars(select(Node.name_key).where(access.siblings(library, dept_id, parent_id))))
    candidate, number = name, 2
    while name_key(candidate) in used:
        candidate, number = numbered(name, number, is_file=kind == "file"), number + 1
    return candidate


def create_folder(session: Session, principal: Principal, library: Library, body: FolderIn) -> NodeOut:
    """A new folder."""
    name = clean_name(body.name)
    access.lock(session, library)
    parent = access.folder(session, principal, library, body.parent_id)
    dept_id = access.department(session, principal, library, parent, body.dept_id)
    _check_depth(parent, 1)
    other = namesake(session, library.slug, dept_id, body.parent_id, name)
    if other is not None:
        raise taken(session, principal, library, other)
    node = new_node(principal, library, parent, dept_id, "folder", name)
    session.add(node)
    session.flush()
    session.refresh(node)
    audit.record(session, principal, "folder.create", "node", node.id, after={"name": name, "library": library.slug})
    return NodeOut.of(node)


def new_node(
    principal: Principal, library: Library, parent: Node | None, dept_id: UUID | None, kind: str, name: str
) -> Node:
    """A node that is not in the database yet."""
    id_ = uuid7()
    return Node(
        id=id_,
        library=library.slug,
        kind=kind,
        parent_id=parent.id if parent else None,
        dept_id=dept_id,
        name=name,
        name_key=name_key(name),
        path=f"{parent.path if parent else '/'}{id_}/",
        created_by=principal.user_id,
        created_by_name=principal.name,
        updated_by=principal.user_id,
        updated_by_name=principal.name,
    )


def touch(node: Node, principal: Principal) -> None:
    """Notes who changed a node, and that it is another version of the row now."""
    node.version += 1
    node.updated_at = now()
    node.updated_by = principal.user_id
    node.updated_by_name = principal.name


def check_version(node: Node, version: int) -> None:
    """VersionConflict with the node as it is now, unless the caller has seen it so."""
    if node.version != version:
        raise VersionConflict(current=NodeOut.of(node).model_dump(mode="json"))


def change(session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID, body: NodeChange) -> NodeOut:
    """Renames, moves, remarks: what the body names, in one go. Moving needs the right to rename."""
    given = body.model_fields_set
    verbs = {"remark"} if "remark" in given else set()
    if given & {"name", "parent_id"} or not verbs:
        verbs.add("rename")
    library, node = _found(session, principal, catalogue, node_id, verbs)
    access.lock(session, library)
    # Read again: what was seen before the lock may have been deleted while waiting for it.
    library, node = _found(session, principal, catalogue, node_id, verbs)
    acting = access.demand(principal, library, max(verbs))
    check_version(node, body.version)
    before: dict[str, Any] = {"name": node.name, "parent_id": str(node.parent_id), "remark": node.remark}
    # Moving comes first: it sends statements, and a new name may be free only in the new place.
    if "parent_id" in given and body.parent_id != node.parent_id:
        _move(session, acting, library, node, body.parent_id)
    if body.name is not None:
        name = clean_name(body.name)
        node.name = name if node.is_folder else renamed(node.name, name)
        node.name_key = name_key(node.name)
    if "remark" in given:
        node.remark = body.remark or None
    with session.no_autoflush:
        other = session.scalar(
            select(Node).where(
                access.siblings(node.library, node.dept_id, node.parent_id),
                Node.name_key == node.name_key,
                Node.id != node.id,
            )
        )
        if other is not None:
            raise taken(session, principal, library, other)
    touch(node, principal)
    session.flush()
    after: dict[str, Any] = {"name": node.name, "parent_id": str(node.parent_id), "remark": node.remark}
    changed = [key for key in after if after[key] != before[key]]
    audit.record(
        session,
        principal,
        "node.change",
        "node",
        node.id,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return NodeOut.of(node)


def _found(
    session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID, verbs: set[str]
) -> tuple[Library, Node]:
    """The node, provided that all of this may be done to it."""
    return [access.find(session, principal, catalogue, node_id, verb) for verb in sorted(verbs)][-1]


def _move(session: Session, principal: Principal, library: Library, node: Node, parent_id: UUID | None) -> None:
    """Puts a node, with all that is below it, into another folder of the same library and department."""
    parent = access.folder(session, principal, library, parent_id)
    if parent is not None and parent.path.startswith(node.path):
        raise _refused("move_into_itself", "不能把文件夹移动到它自己或它的下级文件夹中")
    if parent is not None and parent.dept_id != node.dept_id:
        raise _refused("other_department", "不能移动到其他部门的文件夹中")
    # `length(path)` grows by 37 characters (an id and a slash) with each level.
    deepest = session.scalar(
        select(func.max(func.length(Node.path))).where(
            access.below(node), Node.kind == "folder", Node.deleted_at.is_(None)
        )
    )
    levels = (deepest - len(node.path)) // 37 + 1 if deepest and node.is_folder else 0
    _check_depth(parent, levels)
    old = node.path
    new = f"{parent.path if parent else '/'}{node.id}/"
    # What lies in the recycle bin moves along, so that it can be brought back into its folder.
    session.execute(
        update(Node)
        .where(access.below(node))
        .values(path=func.concat(new, func.substr(Node.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    session.refresh(node, ["path"])
    node.parent_id = parent_id


def _check_depth(parent: Node | None, levels: int) -> None:
    """Refuses what would put `levels` levels of folders under `parent` deeper than ten."""
    depth = len(parent.ancestors) + 1 if parent is not None else 0
    if depth + levels > MAX_DEPTH:
        raise _refused("too_deep", f"文件夹最多 {MAX_DEPTH} 层")


def _refused(code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(("body", "parent_id"), code, message)])
