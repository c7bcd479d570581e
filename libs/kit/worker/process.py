"""The worker's own process: checks, Nameko, signs of life, and an orderly end."""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import signal
from typing import Any

import eventlet
import psycopg
from nameko.extensions import register_entrypoint
from nameko.runners import ServiceRunner

from contracts.events import event_class
from kit import log
from kit.bus.settings import BusSettings, get_bus_settings
from kit.db import Database
from kit.settings import ServiceSettings
from kit.worker.calling import service_class
from kit.worker.checks import check_subscriptions
from kit.worker.child import RelayChild
from kit.worker.declare import DeclarationError, Worker
from kit.worker.health import Pulse
from kit.worker.inbox import InboxEntrypoint
from kit.worker.timers import ClockEntrypoint

_log = log.get(__name__)


def load(spec: str) -> type[Worker]:
    """The worker class of a service (`ledgers`), or the one that `module:Class` names."""
    module_name, _, class_name = spec.partition(":")
    module = importlib.import_module(module_name if class_name else f"services.{spec}.worker")
    if class_name:
        found: Any = getattr(module, class_name)
        return found  # type: ignore[no-any-return]
    classes = [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, Worker) and item.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise DeclarationError(f"{module.__name__} must define exactly one Worker, not {len(classes)}")
    return classes[0]


def check_runtime() -> None:
    """What makes an event loop out of this process must have worked; otherwise one query would hold up everything."""
    waits_with = getattr(psycopg.waiting.wait, "__name__", "?")
    if waits_with != "wait_selector":
        raise RuntimeError(
            f"psycopg waits with {waits_with}, which blocks eventlet: PSYCOPG_WAIT_FUNC must be set before "
            "psycopg is imported (reliability.md F9)"
        )
    if not eventlet.patcher.is_monkey_patched("socket"):
        raise RuntimeError("eventlet.monkey_patch() has not run: start workers with kit.worker.main")


def run(spec: str) -> int:
    """Runs a worker until SIGTERM or SIGINT. Returns the exit code."""
    check_runtime()
    worker = load(spec)
    check_subscriptions(worker)
    for types in worker.handlers().values():
        for type_ in types:
            if event_class(type_) is None:
                raise DeclarationError(f"{worker.__name__}: {type_} is not in contracts.events")
    settings: ServiceSettings = importlib.import_module(f"services.{worker.name}.settings").get_settings()
    if settings.bus_url is None:
        raise RuntimeError("SAFEWORK_BUS_URL 未设置")
    log.setup(settings, "worker")
    # Failures of handlers are logged by kit.bus.processing, once and with the event's id.
    logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)
    logging.getLogger("nameko").setLevel(logging.WARNING)
    logging.getLogger("kombu").setLevel(logging.ERROR)

    numbers = get_bus_settings()
    database = Database(settings)
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.bus_url.get_secret_value(),
            "serializer": "cloudevents",
            "ACCEPT": ["cloudevents"],
            "max_workers": numbers.processors * len(worker.handlers()) + len(worker.clockworks()) + 4,
        }
    )
    runner.add_service(_assemble(worker, database, numbers))
    relay = RelayChild(worker.name) if numbers.relay_in_worker else None
    return _serve(runner, relay, settings, numbers, database)


def _assemble(worker: type[Worker], database: Database, numbers: BusSettings) -> type:
    service: Any = service_class(worker)
    for subscriber, types in worker.handlers().items():
        register_entrypoint(service.call, InboxEntrypoint(subscriber, types, database, numbers))
    for method_name, work in worker.clockworks().items():
        register_entrypoint(service.call, ClockEntrypoint(work, method_name, database))
    return service  # type: ignore[no-any-return]


def _serve(
    runner: Any, relay: RelayChild | None, settings: ServiceSettings, numbers: BusSettings, database: Database
) -> int:
    ending: Any = eventlet.event.Event()

    def asked_to_end(signum: int, _frame: object) -> None:
        # A signal handler must not switch greenlets itself.
        if not ending.ready():
            eventlet.spawn_after(0, lambda: ending.ready() or ending.send(signum))

    signal.signal(signal.SIGTERM, asked_to_end)
    signal.signal(signal.SIGINT, asked_to_end)
    Pulse(settings.heartbeat_file, numbers.hub_silence).start()
    if relay is not None:
        relay.start()
    # Starting waits for the broker, for as long as it takes; being asked to end must not.
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            runner.start()
            _log.info("worker_started")
            runner.wait()
        except Exception as error:
            failed.append(error)
        if not ending.ready():
            ending.send(None)

    eventlet.spawn(serve)
    ending.wait()
    clean = False
    with eventlet.Timeout(numbers.stop_limit, False):
        if not failed:
            runner.stop()
        clean = True
    if relay is not None:
        relay.stop(5.0)
    database.close()
    if failed:
        _log.critical("worker_failed", exc_info=failed[0])
    _log.info("worker_ended", clean=clean)
    logging.shutdown()
    # Greenlets that still hang on a broker which is away must not keep the process.
    os._exit(1 if failed else 0)
