"""Due dates that other services tell."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events import DueDateTold
from services.ledgers.radar.tables import OtherDue


def apply(session: Session, event: DueDateTold) -> None:
    """Keeps what was told last, in whatever order it comes, and however often."""
    values = {
        "label": event.label,
        "title": event.title,
        "person": event.person,
        "dept_id": event.department_id,
        "due_on": event.due_on,
        "path": event.path,
        "version": event.version,
    }
    told = insert(OtherDue).values(resource=event.resource, id=event.id, field=event.field, **values)
    session.execute(
        told.on_conflict_do_update(
            index_elements=["resource", "id", "field"], set_=values, where=OtherDue.version < event.version
        )
    )
