"""The relay's process: `python -m kit.bus <service>`."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import threading

from kit import log
from kit.audit.keeper import Keeper
from kit.bus.housekeeping import purge
from kit.bus.receiver import Receiver
from kit.bus.relay import Relay, listen
from kit.bus.settings import get_bus_settings
from kit.db import Database

_log = log.get(__name__)
_PR_SET_PDEATHSIG = 1
_PURGE_SECONDS = 3600.0


def run(service: str, parent: int | None = None) -> int:
    """Runs the relay of a service until SIGTERM, or until the process `parent` is gone."""
    settings = importlib.import_module(f"services.{service}.settings").get_settings()
    log.setup(settings, "relay")
    if settings.bus_url is None:
        raise RuntimeError("SAFEWORK_BUS_URL 未设置")
    if parent is not None and sys.platform == "linux":
        # The worker that started us may be killed without a chance to tell; the kernel tells.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return 0
    numbers = get_bus_settings()
    url = settings.bus_url.get_secret_value()
    database = Database(settings, pool_size=4, max_overflow=2)
    relay = Relay(service, url, database, numbers)
    receiver = Receiver(service, url, database, relay.stopping, relay.wake)

    def stop(*_: object) -> None:
        relay.stopping.set()
        relay.wake.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def keep_house() -> None:
        while not relay.stopping.wait(_PURGE_SECONDS):
            try:
                purge(database, numbers)
            except Exception as error:
                _log.warning("purge_failed", error=str(error)[:300])

    keeper = Keeper(database, settings)
    threads = [
        threading.Thread(target=relay.run, name="relay"),
        threading.Thread(target=receiver.run, name="receipts"),
        threading.Thread(target=listen, args=(relay, database), name="listen", daemon=True),
        threading.Thread(target=keep_house, name="housekeeping", daemon=True),
        threading.Thread(target=keeper.run, args=(relay.stopping,), name="audit", daemon=True),
    ]
    for thread in threads:
        thread.start()
    _log.info("relay_started")
    # Signals are handled by the main thread, so it must not sit in a join that cannot be interrupted.
    while any(thread.is_alive() for thread in threads[:2]):
        for thread in threads[:2]:
            thread.join(0.5)
            if not thread.is_alive() and not relay.stopping.is_set():
                _log.error("relay_thread_died", thread=thread.name)
                stop()
                return 1
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
