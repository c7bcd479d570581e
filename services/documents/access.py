"""Who sees and does what: permissions of a library, and the data scope of those that are parted by department."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import in_scope, scope_clause
from kit.directory.tables import DirectoryDepartment
from kit.errors import FieldError, Forbidden, Invalid, NotFound
from services.documents.library import Catalogue, Library
from services.documents.tree import Node


def library_of(catalogue: Catalogue, slug: str) -> Library:
    """The library of this name; NotFound."""
    library = catalogue.get(slug)
    if library is None:
        raise NotFound
    return library


def demand(principal: Principal, library: Library, verb: str) -> Principal:
    """The principal with the data scope in which they may do this in the library; Forbidden when they may not at all."""
    acting = acts(principal, library, verb)
    if acting is None:
        raise _missing(library, verb)
    return acting


def visible(principal: Principal, library: Library) -> ColumnElement[bool]:
    """The condition that a node is in this library and in the principal's data scope. A company-wide library belongs to
    no department: whoever may read it reads all of it."""
    here = Node.library == library.slug
    return and_(here, scope_clause(principal, Node.dept_id, Node.created_by)) if library.by_department else here


def find(
    session: Session, principal: Principal, catalogue: Catalogue, node_id: UUID, verb: str, *, deleted: bool = False
) -> tuple[Library, Node]:
    """A node and its library, for doing `verb` to it. Missing, deleted (or, with `deleted`, not deleted) and out of scope
    are the same 404; in scope without the permission is 403."""
    node = session.get(Node, node_id)
    library = catalogue.get(node.library) if node is not None else None
    if node is None or library is None or (node.deleted_at is not None) is not deleted:
        raise NotFound
    acting = acts(principal, library, verb)
    if acting is not None and sees(session, acting, library, node):
        return library, node
    # One may read further than one may write: what is seen and must not be touched is 403.
    if sees(session, principal.narrowed(library.permission("read")), library, node):
        raise _missing(library, verb)
    raise NotFound


def acts(principal: Principal, library: Library, verb: str) -> Principal | None:
    """The principal with the data scope of those roles that give this permission, or None when none does."""
    needed = library.permission(verb)
    return principal.narrowed(needed) if principal.may(needed) else None


def sees(session: Session, principal: Principal, library: Library, node: Node) -> bool:
    """Whether a node is in the principal's data scope."""
    return session.scalar(select(Node.id).where(Node.id == node.id, visible(principal, library))) is not None


def lock(session: Session, library: Library) -> None:
    """Makes changes to a library's tree wait for one another until the end of the transaction: whether a move makes a
    circle, or a folder is empty, depends on more rows than the one that is changed. They are short; the store is asked
    before. Rows that were read before are read again."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"documents:{library.slug}", 0))))
    session.expire_all()


def folder(session: Session, principal: Principal, library: Library, folder_id: UUID | None) -> Node | None:
    """The folder in which something is to be put, or None for the library's root."""
    if folder_id is None:
        return None
    node: Node | None = session.scalar(
        select(Node).where(Node.id == folder_id, Node.deleted_at.is_(None), visible(principal, library))
    )
    if node is None:
        raise NotFound("文件夹不存在或不在您的数据范围内", code="folder_not_found")
    if not node.is_folder:
        raise _wrong("parent_id", "not_a_folder", "上级必须是文件夹")
    return node


def department(
    session: Session, principal: Principal, library: Library, parent: Node | None, dept_id: UUID | None
) -> UUID | None:
    """To which department something new belongs: that of its folder, or, at the root of a library that is parted by
    department, the one named, or else one's own."""
    if not library.by_department:
        if dept_id is not None:
            raise _wrong("dept_id", "not_by_department", "该资料库不按部门划分")
        return None
    if parent is not None:
        if dept_id not in (None, parent.dept_id):
            raise _wrong("dept_id", "other_department", "部门与所在文件夹的部门不一致")
        return parent.dept_id
    chosen = dept_id or principal.department_id
    if chosen is None:
        raise _wrong("dept_id", "missing", "请选择部门")
    known = session.scalar(
        select(DirectoryDepartment.id).where(DirectoryDepartment.id == chosen, DirectoryDepartment.closed_on.is_(None))
    )
    if known is None or not in_scope(session, principal, chosen):
        raise _wrong("dept_id", "department_not_found", "部门不存在、已撤销或不在您的数据范围内")
    return chosen


def siblings(library: str, dept_id: UUID | None, parent_id: UUID | None) -> ColumnElement[bool]:
    """The condition that a node lives right in this folder (or at this root)."""
    return and_(
        Node.library == library,
        Node.dept_id.is_not_distinct_from(dept_id),
        Node.parent_id.is_not_distinct_from(parent_id),
        Node.deleted_at.is_(None),
    )


def below(node: Node) -> ColumnElement[bool]:
    """The condition that a node is this one or under it."""
    return or_(Node.id == node.id, Node.path.startswith(node.path, autoescape=True))


def _missing(library: Library, verb: str) -> Forbidden:
    return Forbidden(f"缺少权限：{library.permission(verb)}", code="permission_missing")


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(("body", field), code, message)])
