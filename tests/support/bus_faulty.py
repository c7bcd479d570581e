"""Processes that die at one named point, twice, and then live: imported only by processes that tests start, with the point
in FAULT_AT and a file that counts the deaths in DEATHS. The program itself knows nothing of this."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.bus import inbox, processing, receipts
from kit.bus.publisher import Publisher
from tests.support import bus_workers

Reports = bus_workers.Reports
TIMES = 2


def die() -> None:
    """kill -9 of oneself, while there are deaths left."""
    deaths = Path(os.environ["DEATHS"])
    if not deaths.exists() or deaths.stat().st_size < TIMES:
        with deaths.open("a") as file:
            file.write("x")
        os.kill(os.getpid(), 9)


def dies_before(function: Callable[..., Any]) -> Callable[..., Any]:
    """Never comes to it."""

    @functools.wraps(function)
    def wrapper(*args: Any, **named: Any) -> Any:
        die()
        return function(*args, **named)

    return wrapper


def dies_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Does it, and does not come back."""

    @functools.wraps(function)
    def wrapper(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        die()
        return result

    return wrapper


match os.environ["FAULT_AT"]:
    case "published, not marked":
        Publisher.publish = dies_after(Publisher.publish)  # type: ignore[method-assign]
    case "receipt taken, not applied":
        receipts.apply = dies_before(receipts.apply)
    case "arrived, not stored":
        inbox.store = dies_before(inbox.store)
    case "stored, not acknowledged":
        inbox.store = dies_after(inbox.store)
    case "acknowledged, no receipt":
        from kit.worker.receipts import ReceiptSender

        ReceiptSender.send = dies_before(ReceiptSender.send)  # type: ignore[method-assign]
    case "claimed, not begun":
        processing.claim = dies_after(processing.claim)
    case "effect made, not committed":
        bus_workers._do = dies_after(bus_workers._do)
    case "committed, nobody told":
        processing.process = dies_after(processing.process)
    case other:
        raise ValueError(other)
