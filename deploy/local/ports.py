"""Loopback ports: chosen once, kept in var/ports.json, chosen again only where something else has taken one."""

from __future__ import annotations

import json
import secrets
import socket

import psutil

from deploy.local.failure import StackError
from deploy.local.layout import Layout, read_json, write_private
from deploy.local.topology import SERVICES

# Below Linux's range for outgoing connections (32768 and up): a port from that range could be lent to any outgoing
# connection of this machine between two starts.
RANGE = range(20_000, 32_000)

NAMES = (
    "postgres",
    "valkey",
    *(f"objects_{part}" for part in ("s3", "s3_grpc", "master", "master_grpc", "volume", "volume_grpc")),
    *(f"objects_{part}" for part in ("filer", "filer_grpc")),
    "gateway_ping",
    "portal",
    *(f"{service}_api" for service in SERVICES),
)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(layout: Layout) -> dict[str, int]:
    """The port of each internal listener. Call it only while the stack is down."""
    kept = read_json(layout.ports)
    chosen: dict[str, int] = {}
    used: set[int] = set()
    for name in NAMES:
        port = kept.get(name)
        if not isinstance(port, int) or port in used or not is_free(port):
            port = next(p for p in iter(lambda: secrets.choice(RANGE), None) if p not in used and is_free(p))
        chosen[name] = port
        used.add(port)
    write_private(layout.ports, json.dumps(chosen, indent=1))
    return chosen


def load(layout: Layout) -> dict[str, int]:
    """The ports chosen by the last start."""
    ports = read_json(layout.ports)
    if set(NAMES) - ports.keys():
        raise StackError("本机尚未启动过系统", "先运行 make up")
    return {name: int(ports[name]) for name in NAMES}


def require_free(port: int, host: str) -> None:
    """Refuses a public port that somebody else uses, and says who."""
    if not 1 <= port <= 65535:
        raise StackError(f"端口 {port} 无效", "端口应在 1 到 65535 之间")
    try:
        free = is_free(port, host)
    except OSError as error:  # an address that is none of this machine's, or no address at all
        raise StackError(f"地址 {host} 无法监听：{error}", "用 BIND= 指定本机的地址") from error
    if free:
        return
    owner = _listener(port)
    who = f"，占用者是 {owner}" if owner else ""
    raise StackError(f"端口 {port} 无法使用{who}", f"换一个端口：make up PORT={port + 1}")


def _listener(port: int) -> str:
    try:
        for connection in psutil.net_connections("inet"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f"{psutil.Process(connection.pid).name()}（pid {connection.pid}）" if connection.pid else ""
    except psutil.Error:
        # Other people's processes may be hidden from us; the message is then a little shorter.
        return ""
    return ""
