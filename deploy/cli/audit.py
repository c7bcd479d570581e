"""`safework audit`: whether the trail is what it was, and an anchor at will."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli import context
from deploy.cli.terminal import err, fail, out

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kit.audit.anchoring import Anchor
    from kit.audit.findings import Report

app = typer.Typer(help="审计日志：校验哈希链，记下锚点。", no_args_is_help=True)

One = Annotated[str | None, typer.Option("--service", help="服务名；省略则本机的全部服务")]


@app.command()
def verify(
    service: One = None,
    anchors: Annotated[
        list[Path] | None,
        typer.Option(
            "--anchors", exists=True, dir_okay=False, help="另外保存的锚点文件（safework audit anchors 的输出）"
        ),
    ] = None,
    last: Annotated[int | None, typer.Option(min=1, help="只校验最后这么多条")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """重新计算哈希链，与封存记录、消息认证码和锚点比较；发现任何不符时以 1 退出。"""
    from kit.audit import anchoring
    from kit.audit.verify import verify as check

    given = [anchor for file in anchors or () for anchor in _read(anchoring.from_file(file))]
    reports = []
    for name in _services(service):
        settings = context.settings(name)
        with _session(settings, name) as session:
            found = [*given, *anchoring.from_database(session, name), *_witnesses(settings, name)]
            session.rollback()
            report = check(session, name, keys=settings.audit_key_ring(), anchors=found, last=last)
            report.witnesses = sum(one.service == name and one.source != anchoring.OWN_COPY for one in found)
        reports.append(report)
        if not as_json:
            _tell(report, whole=last is None)
    if as_json:
        out.print_json(json.dumps([report.as_json() for report in reports], ensure_ascii=False))
    if not all(report.sound for report in reports):
        raise typer.Exit(1)


@app.command()
def anchor(service: One = None) -> None:
    """现在就封存并记下锚点（平时每天自动一次），例如在交接或检查之前。"""
    from kit.audit.keeper import Keeper, announce

    for name in _services(service):
        settings = context.settings(name)
        with _database(settings, name) as database:
            Keeper(database, settings).seal()
            with database.transaction() as session:
                dropped = announce(session, settings)
        out.print(f"{name}：{dropped.line() if dropped else '还没有审计记录'}", markup=False)


@app.command()
def anchors(service: One = None) -> None:
    """列出已记下的锚点，每行一个，可存成文件供以后校验（--anchors）。在 documents 上执行时包括对象存储中的。"""
    from kit.audit import anchoring

    for name in _services(service):
        settings = context.settings(name)
        with _session(settings, name) as session:
            for one in [*anchoring.from_database(session, name), *_witnesses(settings, name)]:
                out.print(one.line(), markup=False, soft_wrap=True)


def _services(service: str | None) -> list[str]:
    return list(context.services(service, service is None))


def _witnesses(settings: Any, service: str) -> list[Anchor]:
    """What is written down outside the database, as far as this machine can see it."""
    from kit.audit import anchoring

    found: list[Anchor] = []
    folder = settings.audit_anchor_dir
    if folder is not None and (file := folder / f"{service}.jsonl").exists():
        found += _read(anchoring.from_file(file))
    with suppress(ModuleNotFoundError):
        # An image of another service has neither documents' code nor the store's keys.
        from kit.errors import AppError
        from kit.objects import ObjectStore
        from services.documents import anchors as kept

        given = context.settings("documents")
        if not given.s3_access_key.get_secret_value():
            return found
        store = ObjectStore(given)
        try:
            found += _read(kept.kept(store, service))
        except AppError:
            err.print(f"{service}：对象存储没有应答，未比较其中的锚点", style="yellow", markup=False)
        finally:
            store.close()
    return found


def _read(anchors_: Any) -> list[Anchor]:
    try:
        return list(anchors_)
    except ValueError as error:
        fail(str(error), "锚点文件每行应为一个 JSON 对象")


def _tell(report: Report, *, whole: bool) -> None:
    from kit.audit.findings import KINDS

    style = "green" if report.sound else "bold red"
    out.print(f"{report.service}：{'完好' if report.sound else '发现异常'}", style=style)
    scope = f"记录 {report.rows} 条" if whole else f"校验最后 {report.rows} 条"
    out.print(f"  {scope}，链长 {report.position}，待封存 {report.waiting} 条")
    out.print(f"  链头 {report.head}", markup=False)
    out.print(f"  比较锚点 {report.anchors} 个，其中数据库以外的 {report.witnesses} 个")
    if not report.signed:
        out.print("  未配置审计密钥，没有校验消息认证码：伪造的插入无法识别", style="yellow")
    if not report.witnesses:
        out.print("  没有数据库以外的锚点：链被整体重写或截尾时无法识别", style="yellow")
    for finding in report.named:
        out.print(f"  · {finding.sentence()}", style="red", markup=False)
    for kind, count in report.counts.items():
        if count > (named := sum(one.kind == kind for one in report.named)):
            out.print(f"  · {KINDS[kind]}：另有 {count - named} 处", style="red", markup=False)


@contextmanager
def _database(settings: Any, service: str) -> Iterator[Any]:
    from sqlalchemy.exc import OperationalError

    from kit.db import Database

    database = Database(settings, pool_size=1, max_overflow=0)
    try:
        yield database
    except OperationalError:
        fail(f"{service} 的数据库没有应答", "系统是否在运行：make status")
    finally:
        database.close()


@contextmanager
def _session(settings: Any, service: str) -> Iterator[Session]:
    with _database(settings, service) as database, database.session() as session:
        yield session
