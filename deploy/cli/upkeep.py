"""Commands that work on a service's data: `safework migrate|revision|seed|scan|rebuild`."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli import context
from deploy.cli.personal import refuse_lost_keys
from deploy.cli.terminal import fail, out

One = Annotated[str | None, typer.Argument(help="服务名")]
Every = Annotated[bool, typer.Option("--all", help="全部服务")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (migrate, revision, drift, seed, scan, rebuild):
        app.command(rich_help_panel="数据")(command)


def migrate(service: One = None, every: Every = False) -> None:
    """把数据库升级到最新版本。"""
    from kit.db import migrate as migrations

    for name in context.services(service, every):
        settings = context.settings(name)
        migrations.upgrade(settings)
        refuse_lost_keys(name, settings)
        out.print(f"{name}：数据库已是最新")


def revision(service: str, message: Annotated[str, typer.Option("-m", help="这次改动是什么")]) -> None:
    """由模型与数据库的差异生成一个迁移文件（开发用）。"""
    from kit.db import migrate as migrations

    for name in context.services(service, False):
        migrations.revision(context.settings(name), message)


def drift(service: One = None, every: Every = False) -> None:
    """检查模型与迁移是否一致；不一致时以 1 退出。"""
    from kit.db import migrate as migrations

    problems = {name: migrations.drift(context.settings(name)) for name in context.services(service, every)}
    for name, problem in problems.items():
        out.print(f"{name}：{problem or '一致'}", markup=False)
    if any(problems.values()):
        raise typer.Exit(1)


def _declare_permissions(name: str, settings: Any) -> None:
    """Tells auth what there is to permit in a service: read off its application, which is not started for that. Signing
    keys are left alone, for whoever seeds need not be who signs."""
    from kit.db import Database
    from kit.http import permissions

    unsigned = settings.model_copy(update={"environment": "embedded", "signing_key_dir": None})
    app = importlib.import_module(f"services.{name}.api").create(unsigned)
    database = Database(settings)
    try:
        with database.transaction() as session:
            permissions.declare(session, app)
    finally:
        database.close()
        app.state.database.close()


def seed(service: One = None, every: Every = False) -> None:
    """写入初始数据；重复执行不改变已有数据。"""
    for name in context.services(service, every):
        settings = context.settings(name)
        if _exists(f"services.{name}.seed"):
            importlib.import_module(f"services.{name}.seed").seed(settings)
        _declare_permissions(name, settings)
        out.print(f"{name}：初始数据已就绪")


def scan(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="按哪一天计算，默认今天")] = None,
) -> None:
    """立即执行每天早晨的扫描：到期的产生预警，需要核对的产生提醒。"""
    from kit.db import Database, today

    day = on.date() if on else today()
    morning = _load("services.ledgers.morning", "scan")
    database = Database(context.settings("ledgers"), pool_size=1, max_overflow=0)
    try:
        with database.transaction() as session:
            told = morning(session, day)
    finally:
        database.close()
    out.print(f"{day}：产生 {told.warnings} 条到期预警，{told.findings} 条核对提醒")


def rebuild(service: Annotated[str, typer.Argument(help="服务名，例如 reports")] = "reports") -> None:
    """由来源重建读模型（例如统计事实表）。"""
    function = _load(f"services.{service}.rebuild", "rebuild")
    result = function(context.settings(service))
    out.print(f"{service}：已重建" + (f"，{result}" if result is not None else ""), markup=False)


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _load(module: str, name: str) -> Any:
    if not _exists(module):
        fail(f"没有模块 {module}")
    return getattr(importlib.import_module(module), name)
