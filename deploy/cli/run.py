"""The commands that are a process: `safework api|worker|portal`. All three deployments start their processes with them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.terminal import fail

Service = Annotated[str, typer.Argument(help="auth、documents、ledgers、workflow 或 reports")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (api, worker, portal):
        app.command(rich_help_panel="进程（由守护进程、容器或 Kubernetes 启动）")(command)


def api(service: Service) -> None:
    """运行一个服务的 HTTP 接口（监听 SAFEWORK_HOST:SAFEWORK_PORT）。"""
    from deploy.cli.serve import serve

    _require(service, "api")
    settings = importlib.import_module(f"services.{service}.settings").get_settings()
    # In a cluster only the gateway reaches a pod (NetworkPolicy), from an address nobody knows beforehand.
    serve(
        f"services.{service}.api:create",
        settings.host,
        settings.port,
        trusted_proxies="127.0.0.1" if settings.embedded else "*",
    )


def worker(service: Service) -> None:
    """运行一个服务的后台进程：消费事件、转发事件、定时任务。"""
    _require(service, "worker")
    # A fresh interpreter in place of this one, since eventlet has to patch the standard library before anything else is
    # imported. By path, as kit.worker.main does it: importing kit.worker for this would cost half a second.
    kit = importlib.util.find_spec("kit")
    assert kit is not None and kit.submodule_search_locations
    script = Path(kit.submodule_search_locations[0]) / "worker" / "__main__.py"
    os.execv(sys.executable, [sys.executable, "-P", str(script), service])  # noqa: S606


def portal(
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听端口")] = 8000,
) -> None:
    """运行门户：提供网页和接口文档。"""
    from deploy.cli.serve import serve

    serve("gateway.portal:create", host, port, trusted_proxies="127.0.0.1" if host == "127.0.0.1" else "*")


def _require(service: str, module: str) -> None:
    try:
        known = importlib.util.find_spec(f"services.{service}.{module}") is not None
    except (ModuleNotFoundError, ValueError):
        known = False
    if not known:
        fail(f"没有 {service} 服务的 {module} 模块", "镜像里只有一个服务：检查服务名")
