"""Who may look into a file that somebody has sent: whoever sent it knows what is in it. Others who see the import, for their
scope is the company, see its numbers and its mistakes, but not the personal values in it without the permission."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.errors import Forbidden
from services.ledgers.importing.sealing import sealed_keys
from services.ledgers.importing.tables import ImportJob
from services.ledgers.importing.target import ledger_class
from services.ledgers.reading import PERSONAL


def foreign(principal: Principal, job: ImportJob) -> bool:
    """Whether the file holds personal values that this person has not brought along."""
    return job.created_by != principal.user_id and bool(sealed_keys(ledger_class(job.slug)))


def looked_into(session: Session, principal: Principal, job: ImportJob) -> None:
    """Before the rows of a file are shown: Forbidden for whom they are not; for others' eyes an audit row."""
    if not foreign(principal, job):
        return
    if not principal.may(PERSONAL):
        raise Forbidden("文件中有个人信息，只有上传者本人或有权查看个人信息的人员可以查看", code="personal_data_hidden")
    audit.record(session, principal, "personal.read", f"ledger:{job.slug}", None, detail={"import": str(job.id)})


def without_cells(principal: Principal, job: ImportJob, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer about a job, without what the wrong cells say where that is not this person's to see."""
    if "errors" in answer and foreign(principal, job):
        answer["errors"] = [{**error, "value": None} for error in answer["errors"]]
    return answer
