"""The progress display of `safework up`: one line per process on a terminal, one line per change elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from deploy.local.control import Process

TITLES = {
    "postgres": "数据库 PostgreSQL",
    "valkey": "消息总线 Valkey",
    "objects": "对象存储 SeaweedFS",
    "databases": "建立数据库和账号",
    "bucket": "建立存储桶",
    "migrate": "升级数据库结构",
    "seed": "写入初始数据",
    "portal": "门户",
    "gateway": "网关 Traefik",
}
SIGNS = {
    "ready": "[green]✓ 就绪[/]",
    "done": "[green]✓ 完成[/]",
    "waiting": "[dim]· 等待[/]",
    "starting": "[yellow]… 启动中[/]",
    "unready": "[yellow]… 未就绪[/]",
    "backoff": "[red]↻ 重试[/]",
    "failed": "[bold red]✗ 失败[/]",
    "stopping": "[dim]正在停止[/]",
    "stopped": "[dim]已停止[/]",
}


def title(name: str) -> str:
    """What a process is called for people."""
    service, _, kind = name.partition("-")
    return TITLES.get(name) or f"服务 {service} {'接口' if kind == 'api' else '后台'}"


class Progress:
    """Shows processes as they come up."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.began = time.monotonic()
        self.live = Live(console=console, refresh_per_second=8) if console.is_terminal else None
        self.said: dict[str, str] = {}

    def __enter__(self) -> Progress:
        if self.live:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()

    def show(self, processes: Sequence[Process]) -> None:
        """The state of things now."""
        if self.live:
            table = Table.grid(padding=(0, 2))
            for process in processes:
                detail = "" if process.well else f"[dim]{process.detail[:70]}[/]"
                table.add_row(title(process.name), SIGNS.get(process.state, process.state), detail)
            self.live.update(table)
            return
        for process in processes:
            if self.said.get(process.name) != process.state and process.state not in ("waiting", "starting"):
                self.said[process.name] = process.state
                self.console.print(
                    f"{time.monotonic() - self.began:6.1f} s  {title(process.name)}  {SIGNS.get(process.state, process.state)}"
                )
