"""Attachments over HTTP. Who may is asked of the ledgers for every request (owners.py), so the routes only demand a login."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import Response

from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from services.documents import shapes
from services.documents.attachments import Desk
from services.documents.completing import Refused
from services.documents.owners import Owner
from services.documents.routes import Store

router = APIRouter(prefix="/api/documents/attachments/ledgers/{slug}/{row_id}", tags=["附件"])


def get_desk(
    slug: Annotated[str, Path(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)],
    row_id: UUID,
    request: Request,
    session: SessionDep,
    principal: CurrentPrincipal,
    store: Store,
) -> Desk:
    """The person at the files of this row; the ledgers have been asked."""
    token = request.headers["authorization"]
    return Desk(session, store, request.app.state.owners, principal, Owner(slug, row_id), token)


AtDesk = Annotated[Desk, Depends(get_desk)]


@router.get("", dependencies=[signed_in()], summary="附件列表")
def list_attachments(desk: AtDesk) -> shapes.Attachments:
    """The row's files."""
    return desk.files()


@router.post(
    "/uploads", dependencies=[signed_in()], status_code=201, response_model=shapes.UploadOut, summary="上传附件"
)
def begin_attachment(
    body: Annotated[shapes.AttachmentIn, Body()], desk: AtDesk, request: Request, once: OnceDep
) -> Any:
    """Begins an upload: the URLs to which the client PUTs the pieces."""
    return once(lambda: desk.begin(request.app.state.settings, body))


@router.get("/uploads/{upload_id}", dependencies=[signed_in()], summary="续传附件")
def resume_attachment(upload_id: UUID, desk: AtDesk) -> shapes.UploadOut:
    """How far an upload has come, with fresh URLs."""
    return desk.resume(upload_id)


@router.post(
    "/uploads/{upload_id}/complete", dependencies=[signed_in()], response_model=shapes.NodeOut, summary="完成上传"
)
def complete_attachment(upload_id: UUID, desk: AtDesk) -> Any:
    """Checks what has arrived and makes it a file."""
    found = desk.complete(upload_id)
    if isinstance(found, Refused):
        # An answer and not an exception: the transaction that notes the refusal has to be committed.
        return problem_response(422, found.refusal.code, "文件未通过检查", detail=found.refusal.message)
    return found


@router.delete("/uploads/{upload_id}", dependencies=[signed_in()], status_code=204, summary="取消上传")
def cancel_attachment(upload_id: UUID, desk: AtDesk) -> Response:
    """Gives an upload up."""
    desk.cancel(upload_id)
    return Response(status_code=204)


@router.get("/files/{node_id}/download", dependencies=[signed_in()], summary="下载附件")
def download_attachment(node_id: UUID, desk: AtDesk, inline: Annotated[bool, Query()] = False) -> shapes.Download:
    """Where to fetch a file, for a minute."""
    return desk.download(node_id, inline=inline)


@router.delete("/files/{node_id}", dependencies=[signed_in()], summary="删除附件")
def delete_attachment(
    node_id: UUID, version: Annotated[int, Query(ge=1, le=2**31 - 1)], desk: AtDesk
) -> shapes.Deleted:
    """Puts a file into the recycle bin."""
    return desk.delete(node_id, version)


@router.post("/files/{node_id}/restore", dependencies=[signed_in()], summary="恢复附件")
def restore_attachment(node_id: UUID, desk: AtDesk) -> shapes.NodeOut:
    """Undoes a deletion."""
    return desk.restore(node_id)
