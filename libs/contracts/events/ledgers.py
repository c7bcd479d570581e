"""What ledgers tells others: rows changed (for statistics), a row is about to expire, a row was renewed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.base import Event

WarningLevel = Literal["yellow", "orange", "red", "overdue"]


class RowChange(BaseModel):
    """One row as it is after a change. Consumers keep the highest version they have seen for an id, so that order and
    repetition do not matter. `facts` holds only the fields that a ledger declares as facts. `owner_id` is the person who
    made the row: the data scope 本人 rests on it in statistics too."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    version: int
    deleted: bool = False
    department_id: UUID
    owner_id: UUID | None = None
    facts: dict[str, Any] = {}


class LedgerRowsChanged(Event):
    """Rows of one ledger changed; at most 500 changes in one message."""

    type: ClassVar[str] = "cn.gas.ledger.rows_changed.v1"

    ledger: str
    changes: tuple[RowChange, ...]


class LedgerRowExpiring(Event):
    """A due date of a row crossed a warning threshold. `threshold` counts days before the date; -1 stands for overdue."""

    type: ClassVar[str] = "cn.gas.ledger.row_expiring.v1"

    ledger: str
    ledger_title: str
    row_id: UUID
    row_version: int
    title: str
    department_id: UUID
    owner_id: UUID | None = None
    due_field: str
    due_label: str
    due_on: date
    threshold: int
    level: WarningLevel


class LedgerRowShort(Event):
    """A number of a row fell below the least that it must be: stock below its minimum. Told once for each fall;
    LedgerRowRenewed of the same row and field closes it. Numbers travel as text, for they are exact."""

    type: ClassVar[str] = "cn.gas.ledger.row_short.v1"

    ledger: str
    ledger_title: str
    row_id: UUID
    row_version: int
    title: str
    department_id: UUID
    owner_id: UUID | None = None
    field: str
    label: str
    value: str
    limit_label: str
    limit: str
    fell_on: date
    level: WarningLevel = "orange"


class LedgerFindingFound(Event):
    """Something is wrong with several rows together: a team has no leader. `row_id` names the group and the department that
    is told, and stays the same as long as they do; `field` is the finding's code. The list finds the rows by `search`.
    LedgerRowRenewed of the same `row_id` and field closes it."""

    type: ClassVar[str] = "cn.gas.ledger.finding_found.v1"

    ledger: str
    ledger_title: str
    row_id: UUID
    row_version: int
    title: str
    department_id: UUID
    owner_id: UUID | None = None
    field: str
    label: str
    search: str
    found_on: date
    level: WarningLevel = "orange"


class LedgerRowRenewed(Event):
    """The due date of a row no longer calls for a warning: it was changed, what was due is done, the row was retired,
    deleted, or replaced by a newer one; a shortage was refilled, a finding mended. Notices of (row, due field) whose date is
    not `due_on` are closed; all of them when it is None. `row_version` orders this against LedgerRowExpiring of the same row,
    whichever arrives first."""

    type: ClassVar[str] = "cn.gas.ledger.row_renewed.v1"

    ledger: str
    row_id: UUID
    row_version: int
    due_field: str
    due_on: date | None = None
    reason: Literal["changed", "deleted", "retired", "replaced", "refilled", "mended", "done"]


class DueDateTold(Event):
    """Another service tells a due date for the radar (到期雷达): of a document, of a rectification. `due_on` None: nothing is
    due any more. `version` orders tellings of the same (resource, id, field); an older one that comes late is dropped."""

    type: ClassVar[str] = "cn.gas.due_date.told.v1"

    resource: Annotated[str, Field(max_length=100)]
    id: UUID
    field: Annotated[str, Field(max_length=100)]
    label: Annotated[str, Field(max_length=50)]
    title: Annotated[str, Field(max_length=500)]
    person: Annotated[str, Field(max_length=100)] | None = None
    department_id: UUID
    due_on: date | None
    path: Annotated[str, Field(max_length=500, description="of the web page, without the id")]
    version: int
