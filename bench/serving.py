"""The three servers that bench/lists.py compares: the service, the bare limit, and the usual way with an ORM.

They are started by uvicorn as factories; the environment names the database and the key that signs tokens."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from joserfc.jwk import OKPKey
from pydantic import SecretStr, create_model
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from kit.directory.tables import DirectoryDepartment
from kit.http.tokens import StaticKeys, TokenVerifier
from kit.sealing import use
from kit.testing.keys import personal_keys
from services.ledgers.api import create
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.settings import Settings

SLUG = "special-operation-certificates"


def url() -> str:
    """SQLAlchemy's URL of the database under test."""
    return os.environ["BENCH_DATABASE"]


def service() -> FastAPI:
    """The real service with its whole edge: limits, trace, token, permission, scope, transaction."""
    key = OKPKey.import_key(json.loads(Path(os.environ["BENCH_KEY"]).read_text()))
    settings = Settings(environment="embedded", database_url=SecretStr(url()), **personal_keys())
    return create(settings, verifier=TokenVerifier(StaticKeys({"test": key}), "ledgers"))


def auth() -> FastAPI:
    """The identity service as its environment says, for bench/signin.py."""
    from services.auth.api import create as create_auth

    return create_auth()


def bare() -> Any:
    """One ASGI route that passes PostgreSQL's JSON on: nobody is asked for a token, nothing is parsed."""
    statement = Path(os.environ["BENCH_SQL"]).read_text(encoding="utf-8")
    target = url().replace("postgresql+psycopg://", "postgresql://")
    pool: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            for _ in range(8):
                pool.put_nowait(await psycopg.AsyncConnection.connect(target, autocommit=True, prepare_threshold=1))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        connection = await pool.get()
        try:
            row = await (await connection.execute(statement.encode())).fetchone()
        finally:
            pool.put_nowait(connection)
        assert row is not None
        body = f'{{"items":{row[0]},"total":1000000,"page":1,"size":20}}'.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def orm() -> FastAPI:
    """The same page the usual way: ORM objects into pydantic models, FastAPI serialises. No token, no scope, no total."""
    row_class: Any = BY_SLUG[SLUG]
    engine = create_engine(url(), pool_size=8, max_overflow=8)
    use(Settings(environment="embedded", database_url=SecretStr(url()), **personal_keys()).keyring())
    fields: dict[str, Any] = {
        column.key: (column.type.python_type | None, None)
        for column in row_class.__table__.columns
        if column.key not in ("computed_keys", "deleted_at")
    }
    row_model = create_model("Row", dept_name=(str | None, None), **fields)
    page_model = create_model("Page", items=(list[row_model], ...), total=(int, ...))  # type: ignore[valid-type]
    app = FastAPI(openapi_url=None)

    @app.get("/{path:path}", response_model=page_model)
    def rows(_: Request) -> Any:
        with Session(engine) as session:
            found = session.execute(
                select(row_class, DirectoryDepartment.name)
                .outerjoin(DirectoryDepartment, DirectoryDepartment.id == row_class.dept_id)
                .where(row_class.deleted_at.is_(None))
                .order_by(row_class.created_at.desc(), row_class.id.desc())
                .limit(20)
            ).all()
            items = [row_model(dept_name=name, **{key: getattr(row, key) for key in fields}) for row, name in found]
        return page_model(items=items, total=1_000_000)

    return app
