"""`safework personal`: which keys hold the personal data, a new key, sealing everything anew, dropping an old key."""

from __future__ import annotations

import importlib
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from deploy.cli import context
from deploy.cli.terminal import fail, out

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from kit.db import Database

app = typer.Typer(help="个人信息加密：查看密钥使用情况、更换密钥。", no_args_is_help=True)

One = Annotated[str | None, typer.Option("--service", help="服务名；省略则所有保存个人信息的服务")]


@app.command()
def status(service: One = None) -> None:
    """每个密钥加密了多少数据；有数据的密钥不在配置中时以 1 退出。"""
    missing = False
    table = Table("服务", "密钥", "加密的数据", "说明")
    for name, settings in _services(service):
        ring = settings.keyring()
        used = _used(name, settings)
        for key_id in (*ring.ids, *sorted(used.keys() - set(ring.ids))):
            note = "新数据用它加密" if key_id == ring.first else "" if used[key_id] else "已无数据，可以移除"
            if key_id not in ring.ids:
                missing, note = True, "不在配置中，这些数据无法解密"
            table.add_row(name, key_id, f"{used[key_id]:,}", note)
    out.print(table)
    if missing:
        raise typer.Exit(1)


@app.command()
def rotate(service: One = None) -> None:
    """用第一个密钥重新加密其他密钥加密的全部数据；中断后再次执行即可继续。"""
    from kit.sealing.rotation import rotate as renew

    broken = 0
    for name, settings in _services(service):
        rows: Counter[str] = Counter()
        with _database(settings) as database:
            for step in renew(database, _metadatas(name), settings.keyring()):
                rows[step.table] += step.rows
                broken += step.unreadable
        for table, count in sorted(rows.items()):
            out.print(f"{name}：{table} 重新加密 {count:,} 行", markup=False)
        out.print(f"{name}：完成，共 {sum(rows.values()):,} 行", markup=False)
    if broken:
        fail(f"有 {broken:,} 个值无法解密，未作改动", "运行 safework personal status 查看密钥")


@app.command("new-key")
def new_key(service: Annotated[str, typer.Option("--service", help="服务名")]) -> None:
    """生成一个新密钥。本机演示环境直接启用；其他部署打印出来，由您放到 SAFEWORK_PERSONAL_KEYS 的最前面。"""
    ((name, settings),) = _services(service)
    ids = settings.keyring().ids
    number = 1 + max((int(key_id[1:]) for key_id in ids if key_id[1:].isdecimal()), default=len(ids))
    entry = f"k{number}:{secrets.token_urlsafe(32)}"
    if not context.embedded():
        out.print(entry, markup=False, highlight=False)
        return
    _keep(name, f"{entry} {settings.personal_keys.get_secret_value()}")
    out.print(f"{name}：已启用新密钥 k{number}；运行 make restart，再运行 safework personal rotate", markup=False)


@app.command()
def drop(key_id: str, service: Annotated[str, typer.Option("--service", help="服务名")]) -> None:
    """移除一个不再使用的旧密钥；还有数据由它加密时拒绝。"""
    ((name, settings),) = _services(service)
    ring = settings.keyring()
    if key_id not in ring.ids:
        fail(f"配置中没有密钥 {key_id}", "可选：" + "、".join(ring.ids))
    if key_id == ring.first:
        fail(f"{key_id} 正用于加密新数据，不能移除", "先运行 safework personal new-key")
    used = _used(name, settings)[key_id]
    if used:
        fail(
            f"还有 {used:,} 个值由 {key_id} 加密，不能移除",
            "先运行 safework personal rotate；导入的暂存数据在 24 小时后清除",
        )
    if not context.embedded():
        out.print(f"{name}：{key_id} 已无数据，可以从 SAFEWORK_PERSONAL_KEYS 中删去并重启", markup=False)
        return
    entries = settings.personal_keys.get_secret_value().replace(",", " ").split()
    _keep(name, " ".join(entry for entry in entries if entry.partition(":")[0] != key_id))
    out.print(f"{name}：已移除 {key_id}；运行 make restart 生效", markup=False)


def refuse_lost_keys(service: str, settings: Any) -> None:
    """Fails when there are values whose key is not in the settings: a release that cannot read them must not start."""
    from kit.settings import PersonalSettings

    if not isinstance(settings, PersonalSettings):
        return
    lost = {key_id: n for key_id, n in _used(service, settings).items() if key_id not in settings.keyring().ids}
    if lost:
        named = "、".join(f"{key_id}（{count:,} 个值）" for key_id, count in sorted(lost.items()))
        fail(
            f"{service}：数据仍由不在配置中的密钥加密：{named}",
            "把密钥加回 SAFEWORK_PERSONAL_KEYS，再运行 safework personal rotate",
        )


def _services(one: str | None) -> list[tuple[str, Any]]:
    from kit.settings import PersonalSettings

    found = []
    for name in context.services(one, one is None):
        settings = context.settings(name)
        if isinstance(settings, PersonalSettings):
            found.append((name, settings))
        elif one is not None:
            fail(f"{name} 不保存个人信息，没有密钥")
    return found


@contextmanager
def _database(settings: Any) -> Iterator[Database]:
    from kit.db import Database

    database = Database(settings, pool_size=1, max_overflow=0)
    try:
        yield database
    finally:
        database.close()


def _metadatas(service: str) -> list[MetaData]:
    from kit.db.migrate import kit_metadata

    importlib.import_module(f"services.{service}.tables")
    return [kit_metadata(), importlib.import_module(f"services.{service}.models").Base.metadata]


def _used(service: str, settings: Any) -> Counter[str]:
    from sqlalchemy import text

    from kit.sealing.rotation import used_keys

    with _database(settings) as database, database.session() as session:
        session.execute(text("SET LOCAL statement_timeout = '30min'"))
        return used_keys(session, _metadatas(service))


def _keep(service: str, keys: str) -> None:
    from deploy.local import secrets as kept
    from deploy.local.settings import LocalSettings

    kept.keep(LocalSettings().layout(), f"{service}_personal_keys", keys)


__all__ = ["app", "refuse_lost_keys"]
