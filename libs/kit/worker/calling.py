"""How Nameko runs a method of a worker class: in a greenlet of its own, with a time limit."""

from __future__ import annotations

from typing import Any

import eventlet
from eventlet.event import Event as Signal
from greenlet import GreenletExit

from kit.bus.failures import HandlerTimeout
from kit.worker.declare import Worker


def service_class(worker: type[Worker]) -> type:
    """The class that is given to Nameko: it has the worker's name and one method, which every entrypoint calls."""

    class Service:
        name = worker.name

        def call(self, method_name: str, limit: float, *arguments: Any) -> None:
            """Calls a method of a new instance of the worker class."""
            run_limited(limit, getattr(worker(), method_name), *arguments)

    return Service


def call(entrypoint: Any, method_name: str, limit: float, *arguments: Any) -> None:
    """Runs the method as a Nameko worker on behalf of an entrypoint, waits for it, and raises what it raised."""
    ended: Any = Signal()

    def done(_context: Any, result: Any = None, exc_info: Any = None) -> tuple[Any, Any]:
        ended.send(exc_info)
        # Nameko is told that all went well: recording the failure is ours.
        return result, None

    entrypoint.container.spawn_worker(entrypoint, (method_name, limit, *arguments), {}, handle_result=done)
    exc_info = ended.wait()
    if exc_info is not None:
        raise exc_info[1].with_traceback(exc_info[2])


def run_limited(limit: float, method: Any, *arguments: Any) -> None:
    """Calls `method`, and raises HandlerTimeout in it when it is not back after `limit` seconds. A method that computes
    without ever waiting cannot be reached like this; for that the watchdog ends the process (kit.worker.health).

    Only an Exception may leave: Nameko takes anything else (eventlet's Timeout is a BaseException) for its own end."""
    timeout = eventlet.Timeout(limit)
    try:
        method(*arguments)
    except eventlet.Timeout as error:
        raise HandlerTimeout(f"not done after {limit:g} s" if error is timeout else str(error)) from error
    except (Exception, GreenletExit):
        raise
    except BaseException as error:
        raise RuntimeError(f"{type(error).__name__} in {method.__qualname__}") from error
    finally:
        timeout.cancel()
