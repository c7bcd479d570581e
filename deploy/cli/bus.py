"""`safework bus`: what waits, what is dead, what could not be read, and what to do about it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.cli import context
from deploy.cli.terminal import fail, out

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kit.worker import Worker

app = typer.Typer(help="事件总线：查看待投递、失败和被隔离的消息，重试、放弃、重放。", no_args_is_help=True)

Service = Annotated[str, typer.Argument(help="服务名")]
Subscriber = Annotated[str | None, typer.Option(help="只针对一个订阅方，例如 documents.checks")]
Moment = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])]

KINDS = {"dead": "失败", "waiting": "待重试", "quarantined": "已隔离", "undelivered": "未送达"}


@app.command("list")
def list_(
    service: Annotated[str | None, typer.Argument(help="服务名；省略则全部")] = None,
    subscriber: Subscriber = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """列出没有顺利送达或处理的事件。"""
    from rich.table import Table

    from kit.bus.operate import listing

    found = []
    for name in context.services(service, service is None):
        with _session(name) as session:
            found += [(name, item) for item in listing(session, subscriber=subscriber)]
    if as_json:
        out.print_json(json.dumps([{"service": name, **item.numbers()} for name, item in found], ensure_ascii=False))
        return
    if not found:
        out.print("没有失败、待重试、未送达或被隔离的事件")
        return
    table = Table("服务", "状况", "编号", "订阅方", "事件", "次数", "时间", "原因", box=None, header_style="bold")
    for name, item in found:
        table.add_row(
            name, KINDS[item.kind], str(item.id), item.subscriber, item.type or "", str(item.attempts),
            f"{item.at.astimezone():%m-%d %H:%M:%S}", (item.error or "")[:80],
        )  # fmt: skip
    out.print(table)


@app.command()
def show(service: Service, id_: Annotated[UUID, typer.Argument(metavar="ID", help="事件编号")]) -> None:
    """显示一个事件的全部内容。"""
    from kit.bus.operate import show as look

    with _session(service) as session:
        out.print_json(json.dumps(look(session, id_), ensure_ascii=False, default=str))


@app.command()
def retry(
    service: Service,
    ids: Annotated[list[UUID] | None, typer.Argument(metavar="[ID]...", help="事件编号；--dead 表示全部失败的")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="重试全部失败的事件")] = False,
    subscriber: Subscriber = None,
) -> None:
    """立即再试一次。"""
    from kit.bus.operate import retry as again

    if bool(ids) == dead:
        fail("请给出事件编号，或用 --dead 表示全部失败的")
    with _session(service) as session:
        out.print(f"已安排重试 {again(session, ids or None, by=_person(), subscriber=subscriber)} 个")


@app.command()
def drop(
    service: Service,
    ids: Annotated[list[UUID], typer.Argument(metavar="ID...", help="事件编号")],
    reason: Annotated[str, typer.Option(help="为什么放弃（写入审计日志）")],
    subscriber: Subscriber = None,
) -> None:
    """放弃事件：不再处理，记入审计。"""
    from kit.bus.operate import drop as give_up

    with _session(service) as session:
        out.print(f"已放弃 {give_up(session, ids, reason=reason, by=_person(), subscriber=subscriber)} 个")


@app.command()
def replay(
    producer: Annotated[str, typer.Argument(help="发出事件的服务")],
    subscriber: Annotated[str, typer.Option(help="重新发给哪个订阅方")],
    pattern: Annotated[str, typer.Option("--type", help="事件类型，可用 *")] = "*",
    since: Moment = None,
    until: Moment = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="先清空订阅方由这些事件得出的数据")] = False,
) -> None:
    """把已发出的事件再发一次；订阅方已处理过的不受影响，除非 --rebuild。"""
    from kit.bus import operate

    if rebuild:
        consumer = subscriber.partition(".")[0]
        with _session(consumer) as session:
            worker = _worker(consumer)
            count = operate.rebuild(
                session, subscriber, producer=producer, clear=worker.clear, by=_person(), pattern=pattern
            )
        out.print(f"{subscriber}：已清空，{count} 个事件将重新处理")
    with _session(producer) as session:
        count = operate.replay(
            session, subscriber, by=_person(), pattern=pattern, since=_aware(since), until=_aware(until)
        )
    out.print(f"已安排重新发送 {count} 个事件给 {subscriber}")


@contextmanager
def _session(service: str) -> Iterator[Session]:
    """The transaction of one command on a service's database; errors that a person may see are told in their words."""
    from sqlalchemy.exc import OperationalError

    from kit.db import Database
    from kit.errors import AppError

    next(iter(context.services(service, False)), None)
    database = Database(context.settings(service), pool_size=1, max_overflow=0)
    try:
        with database.transaction() as session:
            yield session
    except AppError as error:
        fail(error.detail or error.title)
    except OperationalError:
        fail(f"{service} 的数据库没有应答", "系统是否在运行：make status")
    finally:
        database.close()


def _worker(service: str) -> Worker:
    import importlib

    from kit.worker import Worker

    module = importlib.import_module(f"services.{service}.worker")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Worker) and value.__module__ == module.__name__:
            return value()
    return fail(f"{service} 没有后台进程")


def _aware(moment: datetime | None) -> datetime | None:
    """Times that people type are those of the company."""
    from zoneinfo import ZoneInfo

    return moment.replace(tzinfo=ZoneInfo("Asia/Shanghai")) if moment else None


def _person() -> str:
    """Who sits at the keyboard, for the audit trail."""
    return f"cli:{getpass.getuser()}"
