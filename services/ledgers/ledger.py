"""The vocabulary of a ledger's declaration (architecture.md 3). A ledger is one class derived from LedgerRow, in one file
under catalogue/; a wrong declaration fails when it is imported, with its own name in the message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, Table, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import uuid7
from kit.fields import DeclarationError, FieldSpec, Rule, bind, department, integer, textarea
from services.ledgers.conditions import Condition
from services.ledgers.declaring import check
from services.ledgers.indexes import add_indexes
from services.ledgers.models import Base

_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
# PostgreSQL cuts names at 63 bytes; indexes add a prefix and a field's key.
_LONGEST_SLUG = 40


@dataclass(frozen=True)
class Newer:
    """A row is replaced by another one with equal `keys` and a later `by`; none of its dates warns then. `carries` are the
    fields that the form of the newer row begins with, and `action` is what people call making it."""

    keys: tuple[str, ...]
    by: str
    carries: tuple[str, ...] = ()
    action: str = "续期"


@dataclass(frozen=True)
class Expiry:
    """A due date that warns. `warn_days` are the thresholds, days before the date; overdue is always one. An item of the
    dictionary of `warn_days_of` may have thresholds of its own (`ext.warn_days`). No warning while `suppressed_when` holds
    (the row is out of use), while `done_when` holds (what was due has been done), or when a newer row replaces this one
    (`Ledger.superseded_by`)."""

    field: str
    warn_days: tuple[int, ...]
    warn_days_of: str | None = None
    suppressed_when: Condition | None = None
    done_when: Condition | None = None

    @property
    def quiet_when(self) -> Condition | None:
        """When the row itself says that nobody has to act on the date, for either reason."""
        if self.suppressed_when is None or self.done_when is None:
            return self.suppressed_when or self.done_when
        return self.suppressed_when | self.done_when


@dataclass(frozen=True)
class Case:
    """A row's status is `value` when `when` holds and no earlier case did."""

    value: str
    when: Condition


@dataclass(frozen=True)
class Status:
    """A computed status, shown and filtered like a field, never stored: it changes by the calendar alone."""

    title: str
    dictionary: str
    cases: tuple[Case, ...]
    otherwise: str
    key: str = "status"


@dataclass(frozen=True)
class Tag:
    """What the label on the thing itself says beside its QR code: a name, a number, and smaller lines; keys of fields."""

    name: str
    number: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shortage:
    """A number that must not fall below another one of the row. It is told once for each fall, when a row is written, and
    closed when it has risen again; not while `unless` holds."""

    field: str
    limit: str
    unless: Condition | None = None


@dataclass(frozen=True)
class Movements:
    """A stock, kept by entries of what came in and went out: as soon as a row has an entry, `field` changes by entries alone.
    `kinds` is the dictionary of what an entry may be; an item's `ext.direction` says what it does: in, out or count. `unit`
    is the text field that says what is counted."""

    field: str
    kinds: str
    unit: str | None = None


@dataclass(frozen=True)
class Totals:
    """Exact sums of number fields over the rows of a list, by department, by an item of a dictionary or by a whole number."""

    sums: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What is wrong with several rows together, and with none of them alone. Rows with equal `keys` are a group, without
    those of which `unless` holds. It is a finding when `lacks` holds for no row of it, or when its rows differ in `differ`.
    `search` is the key by whose value the list finds the group again."""

    code: str
    title: str
    keys: tuple[str, ...]
    search: str
    lacks: Condition | None = None
    differ: str | None = None
    unless: Condition | None = None


@dataclass(frozen=True)
class Offer:
    """Words that the form offers for the text `field`: what the rows of another ledger have in `source`, of those that are
    equal to this row in `same` (keys of both, as far as they are filled). Whoever knows better types something else."""

    field: str
    ledger: str
    source: str
    same: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What a ledger is, apart from its fields.

    `natural_key` tells rows apart for people and imports; `dept_id` may be part of it. `also_unique` are further keys which
    no two rows share where all of it is filled. `row_title` are the fields by which a notice names a row. `list_first` are the
    columns that a list begins with where that is not enough: what one looks for before anything else. `facts` are sent
    to statistics: the names of fields, and named conditions. `unless` blanks a fact while a condition holds. `import_by` is a
    whole number that a workbook may be said to be about as a whole, such as the year of a budget."""

    slug: str
    title: str
    leaf: str
    natural_key: tuple[str, ...]
    row_title: tuple[str, ...]
    list_first: tuple[str, ...] = ()
    also_unique: tuple[tuple[str, ...], ...] = ()
    description: str = ""
    rules: tuple[Rule, ...] = ()
    expiry: tuple[Expiry, ...] = ()
    superseded_by: Newer | None = None
    status: Status | None = None
    shortage: Shortage | None = None
    movements: Movements | None = None
    label: Tag | None = None
    totals: Totals | None = None
    import_by: str | None = None
    offers: tuple[Offer, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[str, ...] = ()
    fact_conditions: Mapping[str, Condition] = field(default_factory=dict)
    facts_unless: Mapping[str, Condition] = field(default_factory=dict)
    by_department: bool = True
    default_sort: str = "-created_at"

    @property
    def resource(self) -> str:
        """The resource in a permission: `ledgers:<slug>:<verb>`."""
        return self.slug

    def expiry_of(self, key: str) -> Expiry:
        """The expiry that watches a field."""
        return next(expiry for expiry in self.expiry if expiry.field == key)


class LedgerRow(Base):
    """One row of a ledger: the common columns of domain.md 1.2. A subclass adds `ledger` and its fields; when it writes
    `dept_id` again, the department stands there in forms and workbooks."""

    __abstract__ = True

    ledger: ClassVar[Ledger]
    fields: ClassVar[dict[str, FieldSpec]]

    # What every search reads of all the rows that it finds stands first in the table: PostgreSQL reads a row from its
    # beginning, past all the columns before (a search of 2,500 hits took a fifth longer with these three at the end).
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-3)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=-2)
    deleted_at: Mapped[datetime | None] = mapped_column(sort_order=-1)
    dept_id: Mapped[UUID] = department("所属部门", filter=True, aliases=("部门", "所属单位", "单位名称", "填报单位"))
    # Only in ledgers that warn; the column is everywhere, so that the engine's SQL need not ask.
    warn_days: Mapped[int | None] = integer(
        "提前预警天数",
        min=1,
        max=3650,
        in_list=False,
        help="到期前多少天开始预警；留空按本台账和字典的规定",
        aliases=("预警天数", "提前提醒天数"),
    )
    remark: Mapped[str | None] = textarea("备注", max_length=500, aliases=("说明",))
    created_by: Mapped[UUID | None]
    updated_by: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    import_batch_id: Mapped[UUID | None] = mapped_column(index=True)
    # The fields of this row that a rule has filled, not a person: shown as computed, and computed again when what they
    # rest on changes.
    computed_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        ledger = cls.__dict__.get("ledger")
        if not isinstance(ledger, Ledger):
            raise DeclarationError(f"{cls.__name__}: ledger = Ledger(…) is missing")
        if not _SLUG.fullmatch(ledger.slug) or len(ledger.slug) > _LONGEST_SLUG:
            raise DeclarationError(
                f"{cls.__name__}: the slug {ledger.slug!r} is not made of lower-case words and hyphens"
            )
        cls.__tablename__ = ledger.slug.replace("-", "_")
        super().__init_subclass__(**kwargs)
        cls.fields = bind(cls, ledger.rules, last=("warn_days", "remark"))
        if not ledger.expiry:
            del cls.fields["warn_days"]
        if ledger.status is not None:
            status = ledger.status
            cls.fields[status.key] = FieldSpec(
                title=status.title,
                kind="choice",
                key=status.key,
                dictionary=status.dictionary,
                filter=True,
                computed=True,
            )
        check(cls.__name__, cls.fields, ledger)
        assert isinstance(cls.__table__, Table)
        add_indexes(cls.__table__, cls.fields, ledger)

    @classmethod
    def dictionaries(cls) -> list[str]:
        """The codes of the dictionaries that the fields draw on."""
        return list(dict.fromkeys(spec.dictionary for spec in cls.fields.values() if spec.dictionary))

    @classmethod
    def input_fields(cls) -> dict[str, FieldSpec]:
        """The fields that people write."""
        return {key: spec for key, spec in cls.fields.items() if not spec.computed}
