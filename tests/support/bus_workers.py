"""Worker classes for tests of the bus. Imported only by the worker processes that tests start: it replaces the index of
subscriptions, which the pytest process must keep."""

from __future__ import annotations

import os
import time

from sqlalchemy import text
from sqlalchemy.orm import Session

from contracts.events import LedgerRowRenewed, LedgerRowsChanged
from contracts.subscriptions import SUBSCRIBERS
from kit.bus import PermanentError, emit
from kit.worker import Worker, every, handles

SUBSCRIBERS.clear()
SUBSCRIBERS[LedgerRowsChanged] = ("reports", "workflow")

_EFFECT = text("INSERT INTO effect (subscriber, number) VALUES (:subscriber, :number)")


def _do(session: Session, subscriber: str, event: LedgerRowsChanged) -> None:
    """What `ledger` says: the effect first, so that a failure shows whether it is rolled back."""
    number = event.changes[0].version
    session.execute(_EFFECT, {"subscriber": subscriber, "number": number})
    match event.ledger:
        case "unknown-error":
            raise ValueError("poison")
        case "permanent-error":
            raise PermanentError("never")
        case "behind-a-gate":
            if not session.scalar(text("SELECT count(*) FROM gate")):
                raise ValueError("the gate is shut")
        case "takes-a-second":
            open(os.environ["BEGUN"], "w").close()  # noqa: PTH123
            time.sleep(1)
        case "too-slow":
            time.sleep(60)
        case "spins":
            # Once only, so that the worker can go on afterwards: the mark is left outside the transaction.
            if not os.path.exists(os.environ["SPUN"]):  # noqa: PTH110
                open(os.environ["SPUN"], "w").close()  # noqa: PTH123
                while True:
                    pass
        case "kills-the-process":
            os._exit(9)
        case "exits":
            raise SystemExit(3)
        case "chains":
            renewed = LedgerRowRenewed(
                ledger="x", row_id=event.changes[0].id, row_version=number, due_field="d", reason="changed"
            )
            emit(session, renewed, aggregate=f"chained:{number}")


class Reports(Worker):
    """The usual one."""

    name = "reports"

    @handles(LedgerRowsChanged)
    def count(self, session: Session, event: LedgerRowsChanged) -> None:
        """Leaves one row in `effect`."""
        _do(session, "reports", event)

    def clear(self, session: Session, subscriber: str) -> None:
        """The projection."""
        session.execute(text("DELETE FROM effect WHERE subscriber = :subscriber"), {"subscriber": subscriber})


class Workflow(Worker):
    """The second subscriber."""

    name = "workflow"

    @handles(LedgerRowsChanged)
    def count(self, session: Session, event: LedgerRowsChanged) -> None:
        """Leaves one row in `effect`."""
        _do(session, "workflow", event)


class Ledgers(Worker):
    """The producer's worker, for the relay that comes with it."""

    name = "ledgers"


class FailingJob(Reports):
    """A job that leaves its effect and then fails, until the gate is open."""

    @every(seconds=1, name="failing")
    def fail(self, session: Session) -> None:
        """The effect is rolled back with the claim."""
        session.execute(_EFFECT, {"subscriber": "job", "number": 1})
        if not session.scalar(text("SELECT count(*) FROM gate")):
            raise ValueError("the gate is shut")


class Ticking(Reports):
    """Works by the clock as well."""

    @every(seconds=1, name="tick")
    def tick(self, session: Session) -> None:
        """Leaves one row per second, whoever does it."""
        session.execute(_EFFECT, {"subscriber": "tick", "number": int(time.time())})


class HandlesWhatIsNotListed(Reports):
    """Must not start."""

    @handles(LedgerRowRenewed)
    def renewed(self, session: Session, event: LedgerRowRenewed) -> None:
        """Nobody listed this."""


class HandlesLessThanListed(Worker):
    """Must not start."""

    name = "reports"
