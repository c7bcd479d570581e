"""The worker class, as the bus calls it."""

from __future__ import annotations

from kit.db import Database
from kit.worker.checks import check_subscriptions
from services.workflow.seed import seed
from services.workflow.settings import Settings
from services.workflow.worker import WorkflowWorker
from tests.service.workflow.company import expiring, renewed
from tests.service.workflow.test_notices import reached, state


def test_it_handles_what_is_sent_to_it_and_nothing_else() -> None:
    check_subscriptions(WorkflowWorker)


def test_its_methods_do_what_they_are_called(settings: Settings, database: Database) -> None:
    seed(settings)
    seed(settings)
    worker = WorkflowWorker()
    with database.transaction() as session:
        worker.warn(session, expiring())
    assert len(reached(database)) == 2
    with database.transaction() as session:
        worker.close_notices(session, renewed())
        worker.find_missing_recipients(session)
    assert {row[5] for row in state(database)} == {"changed"}
