"""One router for all ledgers. The routes of each ledger are made at start, so that the API's documentation shows each
ledger's own fields; what they do is the same engine.

Without `from __future__ import annotations`: FastAPI has to see the models that are made in here."""

from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from contracts.problem import Problem
from kit.db import Database
from kit.http.hot import HotRoute
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from kit.schema import create_model_of, page_model_of, read_model_of, update_model_of
from services.ledgers import disclosing
from services.ledgers.catalogue import LEDGERS
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import RowReader, params_of
from services.ledgers.rows import RowWriter

Version = Annotated[int, Query(ge=1, le=2**31 - 1, description="读到的版本（乐观锁）")]

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in (
        (401, "未登录"), (403, "没有权限"), (404, "不存在或不在数据范围内"), (409, "版本冲突或已有相同记录"), (422, "内容有误"),
    )
}  # fmt: skip


@cache
def routers() -> list[APIRouter]:
    """The routes of every ledger of the catalogue."""
    return [ledger_router(row_class) for row_class in LEDGERS]


def ledger_router(row_class: type[LedgerRow]) -> APIRouter:
    """List, create, read, update, delete, restore of one ledger."""
    ledger, name = row_class.ledger, row_class.__name__
    names = {
        verb: f"{verb}_{ledger.slug.replace('-', '_')}"
        for verb in ("list", "create", "read", "update", "delete", "restore")
    }
    may = {verb: [require(f"ledgers:{ledger.slug}:{verb}")] for verb in ("read", "create", "update", "delete")}
    create_model = create_model_of(f"{name}Create", row_class.fields)
    update_model = update_model_of(f"{name}Update", row_class.fields)
    every: dict[str, Any] = {"dept_name": (str | None, None)}
    # Of one row alone, not of a list's.
    one: dict[str, Any] = {"moved": (bool | None, None)} if ledger.movements else {}
    if ledger.superseded_by:
        every["replaced"] = (bool, Field(description="已有更新的记录替代这一条"))
        one["replaced_by"] = (UUID | None, Field(None, description="替代这一条的记录；无权查看的不给出"))
    row_model = read_model_of(f"{name}Row", row_class.fields, **every, **one)
    page_model = page_model_of(f"{name}Page", row_model)
    params = params_of(row_class)
    hot = APIRouter(
        prefix=f"/api/ledgers/{ledger.slug}", tags=[ledger.title], responses=_PROBLEMS, route_class=HotRoute
    )
    routes = APIRouter(prefix=hot.prefix, tags=hot.tags, responses=_PROBLEMS)

    # The hot path: on the event loop, without a session or a transaction, past FastAPI's dependencies.
    @hot.get(
        "",
        name=names["list"],
        summary=f"查询{ledger.title}",
        dependencies=may["read"],
        responses={200: {"model": page_model}},
        response_class=Response,
        openapi_extra={"parameters": params.openapi()},
    )
    async def list_rows(request: Request, who: CurrentPrincipal) -> Response:
        database: Database = request.app.state.database
        reader = RowReader(row_class, who)
        asked: bytes = request.scope["query_string"]
        page = await reader.page(database.reads, params.query(asked))
        await disclosing.page_shown(database, reader, asked.decode("latin-1"), page.items)
        return Response(page.json(), media_type="application/json")

    @routes.post(
        "", name=names["create"], summary=f"新建{ledger.title}", status_code=201, dependencies=may["create"],
        responses={201: {"model": row_model}}, response_class=Response,
    )  # fmt: skip
    def create_row(
        session: SessionDep,
        who: CurrentPrincipal,
        once: OnceDep,
        body: Annotated[create_model, Body()],  # type: ignore[valid-type]
    ) -> Response:
        return once(lambda: RowWriter(session, row_class, who).create(body.model_dump(exclude_unset=True)))  # type: ignore[attr-defined]

    @routes.get(
        "/{id}", name=names["read"], summary=f"查看{ledger.title}", dependencies=may["read"],
        responses={200: {"model": row_model}}, response_class=Response,
    )  # fmt: skip
    def read_row(id: UUID, session: SessionDep, who: CurrentPrincipal) -> Response:
        row = RowReader(row_class, who).row(session, id)
        disclosing.row_shown(session, row_class, who, id)
        return Response(row, media_type="application/json")

    @routes.put(
        "/{id}", name=names["update"], summary=f"修改{ledger.title}", dependencies=may["update"],
        responses={200: {"model": row_model}},
        response_class=Response,
    )  # fmt: skip
    def update_row(
        id: UUID,
        session: SessionDep,
        who: CurrentPrincipal,
        body: Annotated[update_model, Body()],  # type: ignore[valid-type]
    ) -> Response:
        given = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        return JSONResponse(RowWriter(session, row_class, who).update(id, given.pop("version"), given))

    @routes.delete(
        "/{id}", name=names["delete"], summary=f"删除{ledger.title}", status_code=204, dependencies=may["delete"],
        response_class=Response,
    )  # fmt: skip
    def delete_row(id: UUID, version: Version, session: SessionDep, who: CurrentPrincipal) -> Response:
        RowWriter(session, row_class, who).delete(id, version)
        return Response(status_code=204)

    @routes.post(
        "/{id}/restore", name=names["restore"], summary=f"恢复已删除的{ledger.title}", dependencies=may["delete"],
        responses={200: {"model": row_model}}, response_class=Response,
    )  # fmt: skip
    def restore_row(id: UUID, session: SessionDep, who: CurrentPrincipal, once: OnceDep) -> Response:
        return once(lambda: RowWriter(session, row_class, who).restore(id), status=200)

    routes.routes[:0] = hot.routes
    return routes
