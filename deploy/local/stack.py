"""The embedded stack as the command line and the tests see it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence

from deploy.local import control, environment, gateway, objects, ports, postgres, secrets, valkey
from deploy.local.control import Process
from deploy.local.failure import StackError
from deploy.local.layout import Layout
from deploy.local.options import Options
from deploy.local.settings import LocalSettings

# A first start makes five databases and imports everything for the first time; a laptop does it in half a minute.
START_SECONDS = 300.0


def layout() -> Layout:
    """The folder tree that the environment names."""
    return LocalSettings().layout()


def service_env(service: str, *, process: str = "api") -> dict[str, str]:
    """The environment of a service of the embedded stack."""
    return environment.for_service(layout(), service, process=process)


def prepare(where: Layout, options: Options) -> list[str]:
    """Everything that can be done before the first process: secrets, ports, configuration, the database's folder. Returns
    sentences that the person should read."""
    ports.require_free(options.port, options.bind)
    try:
        where.create()
    except PermissionError as error:
        raise StackError(
            f"无法写入 {where.root}：{error.strerror}", "它可能属于另一个用户，例如曾以 root 启动过"
        ) from error
    keys = secrets.ensure(where)
    secrets.demo_password(LocalSettings(), where)
    # Whatever a killed supervisor left behind still holds the ports and the data: it has to be gone first.
    from deploy.local.supervisor import end_leftovers

    end_leftovers(where)
    chosen = ports.choose(where)
    options.save(where)
    opened = postgres.prepare(where, keys["postgres_superuser"])
    valkey.prepare(where, chosen["valkey"], keys)
    objects.prepare(where, keys)
    gateway.prepare(where, chosen, options)
    return [f"为让 PostgreSQL 的账号能够到达它的文件，目录 {folder} 增加了通行权限（o+x）" for folder in opened]


def wait_until_ready(
    where: Layout, daemon: subprocess.Popen[bytes] | None, watch: Callable[[Sequence[Process]], None]
) -> None:
    """Waits for every process; `watch` is told about progress several times a second. Raises StackError when a step
    failed, the supervisor died or time is up."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        if daemon is not None and daemon.poll() is not None:
            raise StackError("守护进程没能启动", f"查看日志：{where.log_file('supervisor')}")
        found = control.processes(where)
        watch(found)
        failed = [process for process in found if process.state == "failed"]
        if failed:
            names = "、".join(process.name for process in failed)
            raise StackError(f"步骤失败：{names}（{failed[0].detail}）", tail(where, failed[0].name))
        if found and all(process.well for process in found):
            return
        if time.monotonic() > deadline:
            waiting = [f"{p.name}（{p.state} {p.detail}）" for p in found if not p.well]
            raise StackError("启动超时，未就绪：" + "、".join(waiting), "查看日志：make logs S=<名称>")
        time.sleep(0.1)


def tail(where: Layout, process: str, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        text = where.log_file(process).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
