"""`safework accounts`: the first administrators of an installation, a forgotten password, telling everything again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli import context
from deploy.cli.terminal import fail, out

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="账号：首批管理员、重置密码、重新发布组织和人员。", no_args_is_help=True)


@contextmanager
def _transaction() -> Iterator[Session]:
    from kit.db import Database
    from kit.errors import AppError

    database = Database(context.settings("auth"), pool_size=1, max_overflow=0)
    try:
        with database.transaction() as session:
            yield session
    except AppError as error:
        fail(str(error))
    finally:
        database.close()


@app.command()
def bootstrap(
    code: Annotated[str, typer.Option(help="公司编码")] = "GS",
    name: Annotated[str, typer.Option(help="公司名称")] = "燃气公司",
) -> None:
    """创建公司和系统、安全、审计三名管理员，打印一次性密码（24 小时内首次登录须修改）。"""
    from kit.db import now
    from services.auth.bootstrap import first_administrators

    with _transaction() as session:
        secrets = first_administrators(session, code=code, name=name, at=now())
    for username, secret in secrets.items():
        out.print(f"{username}\t{secret}", markup=False, highlight=False)


@app.command()
def reset(username: str) -> None:
    """为无法登录的账号生成一次性密码（15 分钟内有效）。"""
    from kit.db import now
    from services.auth.bootstrap import reset as reset_account

    with _transaction() as session:
        secret = reset_account(session, username, at=now())
    out.print(f"{username}\t{secret}", markup=False, highlight=False)


@app.command()
def republish() -> None:
    """向所有服务重新发布组织、人员和字典（某个服务的副本丢失时使用）。"""
    from services.auth.facts import republish as tell_again

    with _transaction() as session:
        counts = tell_again(session)
    out.print(
        f"已重新发布：单位 {counts['departments']}，人员 {counts['users']}，字典 {counts['dictionaries']}", markup=False
    )
