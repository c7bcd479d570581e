"""The audit routes that every service has (kit.http.app mounts them). Who reads them sees the whole service: a trail with
holes where somebody's department ends would prove nothing, so a narrower data scope is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Annotated, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, text
from starlette.responses import StreamingResponse

from contracts.principal import Principal, ScopeKind
from kit.audit import anchoring, chain, reading, workbook
from kit.audit.reading import AuditEntry, AuditFilter, AuditPage
from kit.audit.recording import record
from kit.audit.tables import AuditAnchor
from kit.audit.verify import verify
from kit.audit.words import ACTIONS, OBJECTS, Words
from kit.db import today
from kit.errors import Forbidden, Invalid
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from kit.settings import ServiceSettings

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_VERIFIED = 20_000
_CHUNK = 256 * 1024


class AuditList(BaseModel):
    """A page. `next` is the `before` of the page after it, null on the last one."""

    items: list[AuditEntry]
    next: str | None
    size: int


class Word(BaseModel):
    """A code and what it is called."""

    value: str
    label: str


class AuditWords(BaseModel):
    """What can be filtered by."""

    service: str
    title: str
    actions: list[Word]
    objects: list[Word]


class ChainStatus(BaseModel):
    """How far the chain is, and what is known of it outside."""

    service: str
    position: int
    head: str
    sealed_at: datetime | None
    waiting: int
    anchored_position: int | None
    anchored_at: datetime | None
    signed: bool


class VerifyIn(BaseModel):
    """How many of the last links to check."""

    model_config = ConfigDict(extra="forbid")

    last: Annotated[int, Field(ge=1, le=MOST_VERIFIED)] = 1000


class FindingOut(BaseModel):
    """Something that is not as it was."""

    kind: str
    message: str


class VerifyOut(BaseModel):
    """The result of a check."""

    service: str
    sound: bool
    rows: int
    position: int
    head: str
    waiting: int
    anchors: int
    witnesses: int
    signed: bool
    findings: list[FindingOut]
    counts: dict[str, int]


def whole(principal: Principal) -> None:
    """Refuses whoever does not reach the whole company."""
    if principal.scope.kind is not ScopeKind.COMPANY:
        raise Forbidden("审计日志不按单位划分，只对数据范围为全公司的角色开放", code="whole_company_only")


def router(settings: ServiceSettings, title: str, words: Words) -> APIRouter:
    """The routes of one service."""
    service = settings.service
    routes = APIRouter(prefix=f"/api/{service}/audit", tags=["审计日志"])
    reads, exports = require(f"{service}:audit:read"), require(f"{service}:audit:export")

    @routes.get("", name=f"{service}_audit", summary="审计日志", dependencies=[reads])
    def list_entries(
        session: SessionDep, principal: CurrentPrincipal, query: Annotated[AuditPage, Query()]
    ) -> AuditList:
        whole(principal)
        items = reading.page(session, service, query, words)
        following = str(items[-1].id) if len(items) == query.size else None
        return AuditList(items=items, next=following, size=query.size)

    @routes.get("/_words", name=f"{service}_audit_words", summary="审计日志的操作和对象", dependencies=[reads])
    def list_words() -> AuditWords:
        return AuditWords(
            service=service,
            title=title,
            actions=[Word(value=code, label=label) for code, label in {**words.actions, **ACTIONS}.items()],
            objects=[Word(value=code, label=label) for code, label in {**words.objects, **OBJECTS}.items()],
        )

    @routes.get("/_chain", name=f"{service}_audit_chain", summary="审计链状态", dependencies=[reads])
    def chain_status(session: SessionDep, principal: CurrentPrincipal) -> ChainStatus:
        whole(principal)
        last = chain.head(session, service)
        newest = select(AuditAnchor).order_by(AuditAnchor.position.desc()).limit(1)
        anchor = session.scalars(newest).first()
        return ChainStatus(
            service=service, position=last.position, head=last.hash.hex(), sealed_at=last.sealed_at,
            waiting=chain.waiting(session),
            anchored_position=anchor.position if anchor else None, anchored_at=anchor.at if anchor else None,
            signed=bool(settings.audit_key_ring()),
        )  # fmt: skip

    @routes.post("/_verify", name=f"{service}_audit_verify", summary="校验最后若干条", dependencies=[reads])
    def verify_last(
        request: Request, session: SessionDep, principal: CurrentPrincipal, body: Annotated[VerifyIn, Body()]
    ) -> VerifyOut:
        whole(principal)
        # Read in a transaction of its own, which sees one moment and can write nothing.
        with request.app.state.database.session() as looking:
            witnesses = list(anchoring.from_database(looking, service))
            folder = settings.audit_anchor_dir
            if folder is not None and (file := folder / f"{service}.jsonl").exists():
                witnesses += anchoring.from_file(file)
            looking.rollback()
            report = verify(looking, service, keys=settings.audit_key_ring(), anchors=witnesses, last=body.last)
            report.witnesses = sum(one.source != anchoring.OWN_COPY for one in witnesses)
        record(
            session, principal, "audit.verify", "audit", service,
            result="ok" if report.sound else "failed", detail={"rows": report.rows, "findings": dict(report.counts)},
        )  # fmt: skip
        return VerifyOut.model_validate(report.as_json())

    @routes.get(
        "/export.xlsx",
        name=f"{service}_audit_export",
        summary="导出审计日志",
        dependencies=[exports],
        response_class=StreamingResponse,
        responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def export_entries(
        session: SessionDep, principal: CurrentPrincipal, query: Annotated[AuditFilter, Query()]
    ) -> StreamingResponse:
        whole(principal)
        # A hundred thousand rows take longer than a page may.
        session.execute(text("SET LOCAL statement_timeout = '60s'"))
        rows = reading.count(session, query, words, workbook.MOST_ROWS)
        if rows > workbook.MOST_ROWS:
            raise Invalid("导出不能超过 100,000 行，请先缩小时间或查询范围", code="too_many_rows")
        refuse_large_export(settings, principal, rows)
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer, when it has been sent
        try:
            workbook.write(file, reading.stream(session, service, query, words))
        except BaseException:
            file.close()
            raise
        asked = query.model_dump(mode="json", by_alias=True, exclude_none=True)
        record(session, principal, "audit.export", "audit", service, detail={"rows": rows, "query": asked})
        length = file.tell()
        file.seek(0)
        name = quote(f"审计日志_{title}_{today():%Y%m%d}.xlsx")
        headers = {
            "Content-Disposition": f"attachment; filename=\"audit.xlsx\"; filename*=UTF-8''{name}",
            "Content-Length": str(length),
        }
        return StreamingResponse(_sent(file), media_type=XLSX, headers=headers)

    return routes


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with closing(file):
        while chunk := file.read(_CHUNK):
            yield chunk


__all__ = ["router", "whole"]
