"""The bus's numbers in Prometheus's text format. Read from the database at each scrape: every copy of a service gives the
same answer, so that alarms look at the maximum and not at the sum."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from kit.bus.monitor import BusStatus

_HELP = {
    "pending": "deliveries without a receipt",
    "stuck": "deliveries sent eight times or more without a receipt",
    "oldest_pending": "seconds since the oldest event without a receipt",
    "ready": "events waiting to be handled",
    "oldest_ready": "seconds since the oldest event waiting to be handled",
    "dead": "events given up after their last attempt",
    "quarantined": "messages that could not be read",
}


def render(numbers: BusStatus) -> bytes:
    """One gauge `safework_bus_<name>` per number."""
    registry = CollectorRegistry()
    for name, value in numbers.numbers().items():
        unit = "_seconds" if name.startswith("oldest") else ""
        Gauge(f"safework_bus_{name}{unit}", _HELP[name], registry=registry).set(value)
    return generate_latest(registry)
