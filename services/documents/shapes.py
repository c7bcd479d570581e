"""What goes in and out over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.documents.library import VERBS, Library
from services.documents.names import clean_text
from services.documents.tree import FileVersion, Node

Conflicts = Literal["error", "version", "rename"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Remark = Annotated[str, StringConstraints(max_length=500), AfterValidator(lambda text: clean_text(text).strip())]
Name = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Input(BaseModel):
    """An input: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Listing(Input):
    """The query of a list."""

    parent_id: UUID | None = None
    dept_id: UUID | None = None
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50
    sort: Literal["name", "-name", "size", "-size", "created_at", "-created_at", "updated_at", "-updated_at"] = "name"


class TrashListing(Input):
    """The query of the recycle bin."""

    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class FolderIn(Input):
    """A new folder."""

    name: Name
    parent_id: UUID | None = None
    dept_id: UUID | None = None


class NodeChange(Input):
    """What is to be changed; a field that is left out stays as it is. `parent_id: null` moves to the root."""

    version: int
    name: Name | None = None
    remark: Remark | None = None
    parent_id: UUID | None = None


class RestoreIn(Input):
    """How to undo a deletion whose place has changed meanwhile."""

    on_conflict: Literal["error", "rename"] = "error"
    to_root: bool = False


class UploadIn(Input):
    """A file that is to be uploaded. `sha256` is that of the whole file; `part_sha256`, where the client has them, those
    of its pieces, and then the store refuses a piece that was damaged on the way."""

    name: Name
    parent_id: UUID | None = None
    dept_id: UUID | None = None
    size: Annotated[int, Field(ge=0, le=2**53)]
    sha256: Sha256
    mime: Annotated[str, StringConstraints(max_length=200)] | None = None
    on_conflict: Conflicts = "error"
    part_sha256: Annotated[list[Sha256], Field(max_length=100)] | None = None


class AttachmentIn(Input):
    """A file that is to be attached to a row."""

    name: Name
    size: Annotated[int, Field(ge=0, le=2**53)]
    sha256: Sha256
    mime: Annotated[str, StringConstraints(max_length=200)] | None = None
    part_sha256: Annotated[list[Sha256], Field(max_length=100)] | None = None


class CompleteIn(Input):
    """Completing may decide anew what happens when the name is taken by now."""

    on_conflict: Conflicts | None = None


class LibraryOut(BaseModel):
    """A library, and what the caller may do in it."""

    slug: str
    title: str
    leaf: str
    by_department: bool
    accept: list[str]
    max_mb: int
    permissions: dict[str, bool]

    @classmethod
    def of(cls, library: Library, may: set[str]) -> LibraryOut:
        return cls(
            slug=library.slug,
            title=library.title,
            leaf=library.leaf,
            by_department=library.by_department,
            accept=list(library.accept),
            max_mb=library.max_mb,
            permissions={verb: verb in may for verb in VERBS if verb != "read"},
        )


class Libraries(BaseModel):
    """The libraries that the caller may read."""

    items: list[LibraryOut]


class Crumb(BaseModel):
    """One folder of the way to a place."""

    id: UUID
    name: str


class NodeOut(BaseModel):
    """A folder or a file. `location` is filled where the list is the answer to a search."""

    id: UUID
    library: str
    kind: Literal["folder", "file"]
    name: str
    parent_id: UUID | None
    dept_id: UUID | None
    state: Literal["ready", "checking", "refused"]
    size: int | None
    mime: str | None
    sha256: str | None
    version_no: int | None
    pending_version_no: int | None
    inline: bool = Field(description="whether ?inline=1 shows it in the browser")
    remark: str | None
    version: int
    created_at: datetime
    created_by: UUID
    created_by_name: str
    updated_at: datetime
    updated_by_name: str
    location: list[Crumb] | None = None

    @classmethod
    def of(cls, node: Node, *, location: list[Crumb] | None = None) -> NodeOut:
        from services.documents.library import FILE_TYPES
        from services.documents.names import extension_of

        kind = FILE_TYPES.get(extension_of(node.name)) if not node.is_folder else None
        fields = {name: getattr(node, name) for name in cls.model_fields if name not in ("inline", "location")}
        return cls(**fields, inline=kind is not None and kind.inline, location=location)


class NodePage(BaseModel):
    """One page of a folder, or of a search."""

    items: list[NodeOut]
    total: int
    page: int
    size: int
    breadcrumb: list[Crumb]


class Attachments(BaseModel):
    """The files of a row, whether the caller may change them, and what may be attached."""

    items: list[NodeOut]
    may_change: bool
    most: int
    accept: list[str]
    max_mb: int


class TrashItem(NodeOut):
    """A deleted node: what was deleted, not what it took along."""

    deleted_at: datetime
    deleted_by_name: str
    purge_at: datetime


class TrashPage(BaseModel):
    """One page of the recycle bin, the newest first."""

    items: list[TrashItem]
    total: int
    page: int
    size: int


class Deleted(BaseModel):
    """What a deletion took, and until when it can be undone."""

    id: UUID
    folders: int
    files: int
    purge_at: datetime


class VersionOut(BaseModel):
    """One version of a file."""

    version_no: int
    current: bool
    state: Literal["ready", "checking", "refused"]
    size: int
    mime: str
    sha256: str
    created_at: datetime
    created_by_name: str

    @classmethod
    def of(cls, version: FileVersion, node: Node) -> VersionOut:
        fields = {name: getattr(version, name) for name in cls.model_fields if name != "current"}
        return cls(**fields, current=version.version_no == node.version_no)


class Versions(BaseModel):
    """Every version of a file, the newest first."""

    items: list[VersionOut]


class PartOut(BaseModel):
    """One piece: PUT its bytes to `url`, with nothing but what a browser sends by itself."""

    number: int
    offset: int
    size: int
    url: str | None = Field(description="null when the piece is there")
    done: bool


class Warning_(BaseModel):
    """Something that a person may want to know before going on."""

    code: str
    message: str
    node_id: UUID | None = None


class UploadOut(BaseModel):
    """An upload. `urls_expire_at` is when to ask for fresh URLs; `expires_at` is when the upload itself is given up."""

    id: UUID
    state: Literal["open", "completed"]
    library: str
    name: str
    parent_id: UUID | None
    dept_id: UUID | None
    size: int
    sha256: str
    part_size: int
    parts: list[PartOut]
    urls_expire_at: datetime | None
    expires_at: datetime
    node_id: UUID | None
    warnings: list[Warning_] = []


class Download(BaseModel):
    """Where to fetch a file, for a minute."""

    url: str
    name: str
    expires_at: datetime


class Page(BaseModel):
    """One page of the web application."""

    leaf: str
    title: str
    screen: str
    key: str
    path: str


class Manifest(BaseModel):
    """What this service shows in the menu, for the caller."""

    service: str
    pages: list[Page]
