"""`safework status`: each process, and the bus of each service."""

from __future__ import annotations

import json
import time

from rich.table import Table

from deploy.cli.progress import SIGNS, title
from deploy.cli.terminal import out
from deploy.local import bus_report, control, stack
from deploy.local.control import Process
from deploy.local.options import Options
from kit.bus.monitor import BusStatus


def show() -> bool:
    """Prints two tables. Whether all is well."""
    where = stack.layout()
    found = control.processes(where)
    if not found:
        out.print("系统没有运行；启动：make up")
        return False
    table = Table("进程", "状态", "pid", "已运行", "重启", "内存", "说明", box=None, header_style="bold")
    for process in found:
        if process.task and process.well:
            continue
        table.add_row(
            title(process.name),
            SIGNS.get(process.state, process.state),
            str(process.pid or ""),
            _age(process),
            str(process.restarts or ""),
            f"{process.memory() / 2**20:.0f} MB" if process.pid else "",
            process.detail[:60],
        )
    out.print(f"[bold]{Options.load(where).public_url}[/]")
    out.print(table)
    queues = Table("总线", "待投递", "最久", "待处理", "最久", "失败", "已隔离", "提醒", box=None, header_style="bold")
    for service, counts in bus_report.read(where).items():
        queues.add_row(service, *_bus_cells(counts))
    out.print(queues)
    return all(process.well for process in found)


def show_json() -> bool:
    """The same for programs."""
    where = stack.layout()
    found = control.processes(where)
    value = {
        "running": bool(found),
        "url": Options.load(where).public_url,
        "processes": {
            p.name: {"state": p.state, "detail": p.detail, "pid": p.pid, "restarts": p.restarts, "memory": p.memory()}
            for p in found
        },
        "bus": bus_report.numbers(where) if found else {},
    }
    out.print_json(json.dumps(value, ensure_ascii=False))
    return bool(found) and all(process.well for process in found)


def _age(process: Process) -> str:
    return seconds(time.time() - process.started_at) if process.started_at and process.pid else ""


def _bus_cells(counts: BusStatus | str) -> list[str]:
    if isinstance(counts, str):
        return ["", "", "", "", "", "", counts]
    return [
        str(counts.pending),
        seconds(counts.oldest_pending) if counts.pending else "",
        str(counts.ready),
        seconds(counts.oldest_ready) if counts.ready else "",
        _bad(counts.dead),
        _bad(counts.quarantined),
        "；".join(counts.alarms),
    ]


def _bad(number: int) -> str:
    return f"[bold red]{number}[/]" if number else "0"


def seconds(value: float) -> str:
    """A length of time for people."""
    if value < 120:
        return f"{value:.0f} 秒"
    if value < 7200:
        return f"{value / 60:.0f} 分"
    return f"{value / 3600:.1f} 小时"
