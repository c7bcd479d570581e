"""Questions to a process: is it ready, is it alive."""

from __future__ import annotations

import http.client
import time
from pathlib import Path

import psycopg

from deploy.local import postgres
from deploy.local.spec import Probe


def http_ok(port: int, path: str) -> Probe:
    """GET answers 200."""

    def probe() -> str | None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read(300)
        except (OSError, http.client.HTTPException) as error:
            return f"{path} 无应答（{type(error).__name__}）"
        finally:
            connection.close()
        return None if response.status == 200 else f"{path} → {response.status} {body.decode(errors='replace')[:120]}"

    return probe


def routes_known(host: str, port: int) -> Probe:
    """The gateway listens and has read its routes: Traefik answers its own ping a moment before that, and 404 to all else
    until then. What a backend says does not matter here."""

    def probe() -> str | None:
        connection = http.client.HTTPConnection(host, port, timeout=2)
        try:
            connection.request("HEAD", "/api/docs")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"网关无应答（{type(error).__name__}）"
        finally:
            connection.close()
        return "网关尚未读入路由" if status == 404 else None

    return probe


def postgres_answers(port: int, password: str) -> Probe:
    """A connection can be made and a query be answered."""

    def probe() -> str | None:
        try:
            with postgres.connect(port, password, timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error as error:
            return str(error).strip().splitlines()[-1][:200]
        return None

    return probe


def valkey_answers(url: str) -> Probe:
    """PING as the bus's own user, which fails while the append-only file is still being read."""

    def probe() -> str | None:
        import redis

        client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error)[:200]
        finally:
            client.close()
        return None

    return probe


def heartbeat(file: Path, *, older_than: float = 30.0) -> Probe:
    """The worker's hub wrote its file a short while ago: a blocked hub does not."""

    def probe() -> str | None:
        try:
            age = time.time() - file.stat().st_mtime
        except FileNotFoundError:
            return "尚无心跳"
        # A clock that was set back makes the age negative; that is no reason to restart anything.
        return None if age <= older_than else f"心跳停了 {age:.0f} 秒"

    return probe
