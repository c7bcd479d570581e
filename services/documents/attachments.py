"""Files attached to rows of ledgers: scans of certificates, test reports. They live in a library that no menu shows, a folder
for each row, and everything about them is the library's own: uploads, checks, versions, recycle bin.

A deleted row's files stay where they are; nobody reaches them until the row is restored."""

from __future__ import annotations

from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.errors import Conflict, Forbidden, NotFound
from kit.objects import ObjectStore
from services.documents import access, downloads, trash, uploads
from services.documents.changing import namesake, new_node
from services.documents.completing import Refused, complete
from services.documents.library import VERBS, Catalogue, Library
from services.documents.owners import Owner, Owners, Rights
from services.documents.settings import Settings
from services.documents.shapes import (
    AttachmentIn,
    Attachments,
    CompleteIn,
    Deleted,
    Download,
    NodeOut,
    RestoreIn,
    UploadIn,
    UploadOut,
)
from services.documents.tree import Node
from services.documents.upload import Upload

MOST_FILES = 20
LIBRARY = Library(
    slug="attachments",
    title="台账附件",
    leaf="0.1",
    accept=("pdf", "jpg", "jpeg", "png", "heic", "docx", "xlsx"),
    max_mb=50,
)
CATALOGUE: Catalogue = MappingProxyType({LIBRARY.slug: LIBRARY})
# What the owner's answer stands for, in the library's own permissions.
_ALL = tuple(LIBRARY.permission(verb) for verb in VERBS)


class Desk:
    """One person at the files of one row. Every method asks the owner first; what it does then is the library's."""

    def __init__(
        self, session: Session, store: ObjectStore, owners: Owners, principal: Principal, owner: Owner, token: str
    ) -> None:
        self.session, self.store, self.owner = session, store, owner
        self.rights: Rights = owners.rights(owner, token)
        # The owner has answered for this one row, and only its folder is touched below.
        self.acting = principal.model_copy(update={"permissions": (*principal.permissions, *_ALL), "grants": ()})

    def files(self) -> Attachments:
        """The row's files, the newest first."""
        folder = self._folder()
        nodes = []
        if folder is not None:
            nodes = list(
                self.session.scalars(
                    select(Node)
                    .where(Node.parent_id == folder.id, Node.deleted_at.is_(None))
                    .order_by(Node.created_at.desc(), Node.id.desc())
                )
            )
        return Attachments(
            items=[NodeOut.of(node) for node in nodes],
            may_change=self.rights.update,
            most=MOST_FILES,
            accept=list(LIBRARY.accept),
            max_mb=LIBRARY.max_mb,
        )

    def begin(self, settings: Settings, body: AttachmentIn) -> UploadOut:
        """Begins an upload; refuses one file too many before a byte is sent."""
        self._demand_update()
        access.lock(self.session, LIBRARY)
        folder = self._folder() or self._new_folder()
        there = self.session.scalar(select(func.count()).where(Node.parent_id == folder.id, Node.deleted_at.is_(None)))
        coming = self.session.scalar(select(func.count()).where(Upload.parent_id == folder.id, Upload.state == "open"))
        if (there or 0) + (coming or 0) >= MOST_FILES:
            raise Conflict(f"每条记录最多 {MOST_FILES} 个附件", code="too_many_files")
        whole = UploadIn(**body.model_dump(), parent_id=folder.id, on_conflict="rename")
        return uploads.begin(self.session, self.store, settings, self.acting, LIBRARY, whole)

    def resume(self, upload_id: UUID) -> UploadOut:
        """How far an upload has come."""
        self._demand_update()
        self._demand_ours(upload_id)
        return uploads.resume(self.session, self.store, self.acting, CATALOGUE, upload_id)

    def complete(self, upload_id: UUID) -> NodeOut | Refused:
        """Makes the file."""
        self._demand_update()
        self._demand_ours(upload_id)
        return complete(self.session, self.store, self.acting, CATALOGUE, upload_id, CompleteIn())

    def cancel(self, upload_id: UUID) -> None:
        """Gives an upload up."""
        self._demand_ours(upload_id)
        uploads.abort(self.session, self.acting, CATALOGUE, upload_id)

    def download(self, node_id: UUID, *, inline: bool) -> Download:
        """Where to fetch a file, for a minute."""
        self._demand_in_folder(node_id)
        return downloads.download(
            self.session, self.store, self.acting, CATALOGUE, node_id, version_no=None, inline=inline
        )

    def delete(self, node_id: UUID, version: int) -> Deleted:
        """Puts a file into the recycle bin."""
        self._demand_update()
        self._demand_in_folder(node_id)
        return trash.delete(self.session, self.acting, CATALOGUE, node_id, version, cascade=False)

    def restore(self, node_id: UUID) -> NodeOut:
        """Undoes a deletion."""
        self._demand_update()
        self._demand_in_folder(node_id)
        return trash.restore(self.session, self.acting, CATALOGUE, node_id, RestoreIn(on_conflict="rename"))

    # -- the folder ---------------------------------------------------------------------------------------------------

    def _folder(self) -> Node | None:
        return namesake(self.session, LIBRARY.slug, None, None, self.owner.key)

    def _new_folder(self) -> Node:
        node = new_node(self.acting, LIBRARY, None, None, "folder", self.owner.key)
        self.session.add(node)
        self.session.flush()
        return node

    def _demand_update(self) -> None:
        if not self.rights.update:
            raise Forbidden(f"缺少权限：ledgers:{self.owner.type}:update", code="permission_missing")

    def _demand_in_folder(self, node_id: UUID) -> None:
        folder = self._folder()
        node = self.session.get(Node, node_id)
        if folder is None or node is None or node.parent_id != folder.id:
            raise NotFound

    def _demand_ours(self, upload_id: UUID) -> None:
        folder = self._folder()
        upload = self.session.get(Upload, upload_id)
        if folder is None or upload is None or upload.parent_id != folder.id:
            raise NotFound
