"""The HTTP interface. Routes with a library in their path declare their permission; those that begin at a node or an upload
learn the library from the row, and demand the permission there (access.py)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from kit.objects import ObjectStore
from services.documents import access, changing, completing, downloads, listing, shapes, trash, uploads
from services.documents.library import VERBS, Catalogue

router = APIRouter(prefix="/api/documents")


def get_store(request: Request) -> ObjectStore:
    """The object store of this process."""
    store: ObjectStore = request.app.state.store
    return store


def get_catalogue(request: Request) -> Catalogue:
    """The libraries of this process."""
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


Store = Annotated[ObjectStore, Depends(get_store)]
Libraries = Annotated[Catalogue, Depends(get_catalogue)]


@router.get("/_manifest", dependencies=[signed_in()])
def manifest(principal: CurrentPrincipal, libraries: Libraries) -> shapes.Manifest:
    """The pages of this service that the caller may open."""
    pages = [
        shapes.Page(
            leaf=library.leaf,
            title=library.title,
            screen="library",
            key=library.slug,
            path=f"/libraries/{library.slug}",
        )
        for library in libraries.values()
        if principal.may(library.permission("read"))
    ]
    return shapes.Manifest(service="documents", pages=pages)


@router.get("/libraries", dependencies=[signed_in()])
def list_libraries(principal: CurrentPrincipal, libraries: Libraries) -> shapes.Libraries:
    """The libraries that the caller may read, and what they may do in each."""
    items = []
    for library in libraries.values():
        may = {verb for verb in VERBS if principal.may(library.permission(verb))}
        if "read" in may:
            items.append(shapes.LibraryOut.of(library, may))
    return shapes.Libraries(items=items)


@router.get("/libraries/{slug}/nodes", dependencies=[require("documents:{slug}:read")])
def list_nodes(
    slug: str,
    query: Annotated[shapes.Listing, Query()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
) -> shapes.NodePage:
    """A folder's content, or a search below it."""
    return listing.page_of(session, principal, access.library_of(libraries, slug), query)


@router.get("/libraries/{slug}/trash", dependencies=[require("documents:{slug}:delete")])
def list_trash(
    slug: str,
    query: Annotated[shapes.TrashListing, Query()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
) -> shapes.TrashPage:
    """The recycle bin, for those who may delete."""
    return trash.page_of(session, principal, access.library_of(libraries, slug), query)


@router.post(
    "/libraries/{slug}/folders",
    dependencies=[require("documents:{slug}:folder")],
    status_code=201,
    response_model=shapes.NodeOut,
)
def create_folder(
    slug: str,
    body: Annotated[shapes.FolderIn, Body()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    once: OnceDep,
) -> Any:
    """A new folder."""
    library = access.library_of(libraries, slug)
    return once(lambda: changing.create_folder(session, principal, library, body))


@router.post(
    "/libraries/{slug}/uploads",
    dependencies=[require("documents:{slug}:upload")],
    status_code=201,
    response_model=shapes.UploadOut,
)
def begin_upload(
    slug: str,
    body: Annotated[shapes.UploadIn, Body()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    store: Store,
    request: Request,
    once: OnceDep,
) -> Any:
    """Begins an upload: checks name, type and size, and answers the URLs to which the client PUTs its pieces."""
    library = access.library_of(libraries, slug)
    settings = request.app.state.settings
    return once(lambda: uploads.begin(session, store, settings, principal, library, body))


@router.get("/uploads/{upload_id}", dependencies=[signed_in()])
def resume_upload(
    upload_id: UUID, session: SessionDep, principal: CurrentPrincipal, libraries: Libraries, store: Store
) -> shapes.UploadOut:
    """How far an upload has come, with fresh URLs for the pieces that are missing."""
    return uploads.resume(session, store, principal, libraries, upload_id)


@router.post("/uploads/{upload_id}/complete", dependencies=[signed_in()], response_model=shapes.NodeOut)
def complete_upload(
    upload_id: UUID,
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    store: Store,
    body: Annotated[shapes.CompleteIn | None, Body()] = None,
) -> Any:
    """Checks what has arrived and makes it a file. May be asked again after a lost answer."""
    done = completing.complete(session, store, principal, libraries, upload_id, body or shapes.CompleteIn())
    if isinstance(done, completing.Refused):
        # An answer and not an exception: the transaction that notes the refusal has to be committed.
        return problem_response(422, done.refusal.code, "文件未通过检查", detail=done.refusal.message)
    return done


@router.delete("/uploads/{upload_id}", dependencies=[signed_in()], status_code=204)
def abort_upload(upload_id: UUID, session: SessionDep, principal: CurrentPrincipal, libraries: Libraries) -> None:
    """Gives an upload up."""
    uploads.abort(session, principal, libraries, upload_id)


@router.get("/nodes/{node_id}", dependencies=[signed_in()])
def read_node(node_id: UUID, session: SessionDep, principal: CurrentPrincipal, libraries: Libraries) -> shapes.NodeOut:
    """One folder or file, with the folders above it."""
    _, node = access.find(session, principal, libraries, node_id, "read")
    return shapes.NodeOut.of(node, location=listing.crumbs(session, [node])[node.id])


@router.patch("/nodes/{node_id}", dependencies=[signed_in()])
def change_node(
    node_id: UUID,
    body: Annotated[shapes.NodeChange, Body()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
) -> shapes.NodeOut:
    """Renames, moves, remarks."""
    return changing.change(session, principal, libraries, node_id, body)


@router.delete("/nodes/{node_id}", dependencies=[signed_in()])
def delete_node(
    node_id: UUID,
    version: Annotated[int, Query()],
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    cascade: Annotated[bool, Query()] = False,
) -> shapes.Deleted:
    """Puts a node into the recycle bin. A folder that is not empty answers 409 `folder_not_empty` with the counts in
    `current`, unless `cascade=true`."""
    return trash.delete(session, principal, libraries, node_id, version, cascade=cascade)


@router.post("/nodes/{node_id}/restore", dependencies=[signed_in()])
def restore_node(
    node_id: UUID,
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    body: Annotated[shapes.RestoreIn | None, Body()] = None,
) -> shapes.NodeOut:
    """Undoes a deletion."""
    return trash.restore(session, principal, libraries, node_id, body or shapes.RestoreIn())


@router.get("/nodes/{node_id}/versions", dependencies=[signed_in()])
def list_versions(
    node_id: UUID, session: SessionDep, principal: CurrentPrincipal, libraries: Libraries
) -> shapes.Versions:
    """Every version of a file."""
    return downloads.versions(session, principal, libraries, node_id)


@router.get(
    "/nodes/{node_id}/download",
    dependencies=[signed_in()],
    response_model=shapes.Download,
    responses={307: {"description": "the file itself, at the object store"}},
)
def download_node(
    node_id: UUID,
    session: SessionDep,
    principal: CurrentPrincipal,
    libraries: Libraries,
    store: Store,
    version_no: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    inline: Annotated[bool, Query()] = False,
    accept: Annotated[str, Header()] = "*/*",
) -> Response:
    """A redirect to the file, or, for those who ask for JSON, where it is."""
    found = downloads.download(session, store, principal, libraries, node_id, version_no=version_no, inline=inline)
    if "application/json" in accept:
        return JSONResponse(found.model_dump(mode="json"))
    return RedirectResponse(found.url, 307)
