"""Writing the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.audit import canonical
from kit.audit.origin import origin, written
from kit.audit.tables import AuditLog
from kit.audit.words import Result
from kit.db.clock import now
from kit.db.database import AUDIT_KEYS
from kit.db.ids import uuid7
from kit.db.watching import AUDITED
from kit.redaction import redacted


def record(
    session: Session,
    principal: Principal | None,
    action: str,
    object_type: str,
    object_id: UUID | str | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    result: Result = "ok",
    detail: Mapping[str, Any] | None = None,
    username: str | None = None,
) -> None:
    """Adds one audit row to the caller's transaction. `principal` is None for what the system does by itself and for
    failed sign-ins, where `username` says what was typed. `result` is pending where another step has
    to follow. Personal numbers are masked by the caller; those that got into a text all the same, a search for one for
    instance, are masked here."""
    source = origin.get()
    row = AuditLog(
        id=uuid7(),
        at=now(),
        user_id=principal.user_id if principal else None,
        username=principal.username if principal else username,
        session_id=principal.session_id if principal else None,
        action=action,
        object_type=object_type,
        object_id=str(object_id) if object_id is not None else None,
        result=result,
        before=redacted(before) if before else None,
        after=redacted(after) if after else None,
        detail=redacted(detail) if detail else None,
        address=source.address,
        user_agent=source.user_agent,
        trace_id=source.trace_id,
    )
    keys = session.info.get(AUDIT_KEYS)
    if keys:
        row.mac = canonical.mac(keys[0], canonical.content([getattr(row, name) for name in canonical.CONTENT]))
    session.add(row)
    session.info[AUDITED] = True
    if (actions := written.get()) is not None:
        actions.append(action)
