"""The embedded stack: `safework up|down|status|logs|restart`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.terminal import err, explained, fail, out

if TYPE_CHECKING:
    from deploy.local.layout import Layout
    from deploy.local.options import Options


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (up, down, status, logs, restart):
        app.command(rich_help_panel="本机系统")(command)


def up(
    port: Annotated[int, typer.Option(help="网页端口")] = 8080,
    bind: Annotated[str, typer.Option(help="监听地址；0.0.0.0 表示允许其他机器访问")] = "127.0.0.1",
    public_url: Annotated[str | None, typer.Option(help="别人用什么地址访问，例如 http://10.0.0.8:8080")] = None,
) -> None:
    """启动整个系统，等到全部就绪。"""
    from deploy.cli.progress import Progress
    from deploy.local import control, stack
    from deploy.local.options import Options

    where, options, began = stack.layout(), Options.make(port, bind, public_url), time.monotonic()
    with explained():
        daemon = None
        if control.supervisor_pid(where) is not None:
            if (running := Options.load(where)) != options:
                fail(f"系统已在 {running.public_url} 运行，与要求的 {options.public_url} 不同", "先运行 make down")
            control.request(where, "resume")
        else:
            for sentence in stack.prepare(where, options):
                err.print(sentence, style="yellow", markup=False)
            daemon = control.start(where)
        with Progress(out) as progress:
            stack.wait_until_ready(where, daemon, progress.show)
        _welcome(where, options, time.monotonic() - began)


def _welcome(where: Layout, options: Options, seconds: float) -> None:
    from deploy.local import secrets
    from deploy.local.settings import LocalSettings

    password = secrets.demo_password(LocalSettings(), where)
    out.print()
    out.print(f"已就绪（{seconds:.1f} 秒）：[bold]{options.public_url}[/]")
    out.print(
        f"演示账号 safety（公司安全管理部）、yunxing、gongcheng、chengnan、leader 等，口令都是 [bold]{password}[/]"
    )
    out.print(
        f"口令保存在 {where.demo_password}；接口文档 {options.public_url}/api/docs；停止 make down", soft_wrap=True
    )


def down() -> None:
    """停止整个系统；数据保留。"""
    from deploy.local import control, stack

    with explained(), out.status("正在停止…"):
        stopped = control.stop(stack.layout())
    out.print("已停止" if stopped else "系统没有运行")


def status(json_output: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """显示每个进程和事件总线的状况；有进程不正常时以 1 退出。"""
    from deploy.cli import report

    with explained():
        well = report.show_json() if json_output else report.show()
    if not well:
        raise typer.Exit(1)


def logs(
    name: Annotated[str | None, typer.Argument(help="进程或服务名，例如 ledgers、gateway；省略则全部")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="持续显示新内容")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", help="先显示最后几行")] = 50,
) -> None:
    """查看日志。"""
    from deploy.cli.follow import show
    from deploy.local import control, stack

    where = stack.layout()
    with explained():
        known = sorted(file.stem for file in where.log.iterdir() if file.suffix == ".log") if where.log.is_dir() else []
        chosen = control.matching(name, known) if name else known
        if not chosen:
            choice = "可选：" + "、".join(known) if known else "先运行 make up"
            fail(f"没有 {name} 的日志" if name else "还没有日志", choice)
        show([where.log_file(each) for each in chosen], lines, follow)


def restart(name: Annotated[str, typer.Argument(help="进程或服务名，例如 ledgers、ledgers-worker")]) -> None:
    """重启一个进程，或一个服务的全部进程。"""
    from deploy.local import control, stack

    with explained():
        chosen = control.restart(stack.layout(), name)
    out.print("已要求重启：" + "、".join(chosen))
