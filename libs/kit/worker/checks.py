"""What must be true before a worker starts. A wrong declaration is found here, not by a message that nobody handles."""

from __future__ import annotations

from contracts.subscriptions import SUBSCRIBERS
from kit.worker.declare import DeclarationError, Worker


def check_subscriptions(worker: type[Worker]) -> None:
    """contracts.subscriptions and the class must say the same: for a type that is listed and not handled events would pile
    up, and a type that is handled and not listed would never come."""
    if not worker.name:
        raise DeclarationError(f"{worker.__name__}: name is missing")
    listed: dict[str, set[str]] = {}
    for event, subscribers in SUBSCRIBERS.items():
        for subscriber in subscribers:
            if belongs(subscriber, worker.name):
                listed.setdefault(subscriber, set()).add(event.type)
    handled = {subscriber: set(types) for subscriber, types in worker.handlers().items()}
    wrong = []
    for subscriber in sorted(listed.keys() | handled.keys()):
        if not belongs(subscriber, worker.name):
            wrong.append(f"{subscriber!r} is not a subscriber of the service {worker.name!r}")
            continue
        have, want = handled.get(subscriber, set()), listed.get(subscriber, set())
        wrong += [f"{subscriber} is listed for {type_} but does not handle it" for type_ in sorted(want - have)]
        wrong += [f"{subscriber} handles {type_} but is not listed for it" for type_ in sorted(have - want)]
    if wrong:
        raise DeclarationError(f"{worker.__name__} and contracts.subscriptions disagree: " + "; ".join(wrong))


def belongs(subscriber: str, service: str) -> bool:
    """Whether a subscriber is the service or a part of it."""
    return subscriber == service or subscriber.startswith(service + ".")
