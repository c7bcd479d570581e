"""Is this equipment, or this instrument, inspected and calibrated until the end of the work?

There is no ledger of instruments: safety valves and pressure gauges are calibrated with the equipment that they sit on, and
fixed gas detectors stand among the fire facilities; so both ledgers are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import dictionaries, scope_clause
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.catalogue.special_equipment import SpecialEquipment
from services.ledgers.conditions import Among, Condition
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of

State = Literal["valid", "expired", "failed", "out_of_use", "ambiguous", "missing"]
WORDS: dict[State, str] = {
    "valid": "检验、校准有效",
    "expired": "检验、校准已超期或有效期不足",
    "failed": "检验不合格",
    "out_of_use": "已停用、报废或注销",
    "ambiguous": "有多台设备使用该编号，请改用设备代码或使用登记证编号",
    "missing": "未登记该设备",
}


@dataclass(frozen=True)
class Source:
    """A ledger of things that are inspected: the fields by which people name one, the dates until which it is good, and
    when it may not be used at all."""

    row_class: type[LedgerRow]
    codes: tuple[str, ...]
    name: str
    due: tuple[str, ...]
    out_of_use: Condition
    failed: Condition | None
    kind: str


SOURCES = (
    Source(
        SpecialEquipment,
        codes=("equip_code", "use_reg_no", "internal_no"),
        name="name",
        due=("next_inspect", "next_annual", "next_valve_cal", "gauge_next", "scrap_date"),
        out_of_use=Among("use_status", ("stopped", "scrapped", "cancelled")),
        failed=Among("conclusion", ("failed",)),
        kind="kind",
    ),
    Source(
        FireFacility,
        codes=("facility_no",),
        name="name",
        due=("next_check", "next_test", "next_repair", "scrap_date"),
        out_of_use=Among("status", ("repair", "stopped", "scrapped")),
        failed=None,
        kind="facility_type",
    ),
)


class Inspected(NamedTuple):
    """One thing, judged. `row` is None outside the asker's data scope."""

    state: State
    message: str
    basis: str | None
    row: dict[str, Any] | None


def check(session: Session, who: Principal, codes: Sequence[str], until: date) -> list[Inspected]:
    """One answer for each code, in their order."""
    found: dict[str, dict[tuple[str, Any], Inspected]] = {code: {} for code in codes}
    for source in SOURCES:
        for code, key, answer in _of(session, who, source, codes, until):
            found[code][key] = answer
    return [_one(list(found[code].values())) for code in codes]


def _one(answers: list[Inspected]) -> Inspected:
    if not answers:
        return Inspected("missing", WORDS["missing"], None, None)
    return answers[0] if len(answers) == 1 else Inspected("ambiguous", WORDS["ambiguous"], None, None)


def _of(session: Session, who: Principal, source: Source, codes: Sequence[str], until: date) -> Any:
    row_class, slug = source.row_class, source.row_class.ledger.slug
    c = table_of(row_class).c
    kinds = {
        item.value: str(item.ext.get("basis") or "") or None
        for item in dictionaries(session, [row_class.fields[source.kind].dictionary or ""]).popitem()[1]
    }
    failed = source.failed.sql(c, until) if source.failed is not None else func.coalesce(None, False)
    query = select(
        c.id, c.version, c.dept_id, c[source.name].label("name"), c[source.kind].label("kind"),
        *(c[key] for key in dict.fromkeys((*source.codes, *source.due))),
        source.out_of_use.sql(c, until).label("out_of_use"),
        failed.label("failed"),
        scope_clause(who, c.dept_id, c.created_by).label("in_scope"),
    ).where(c.deleted_at.is_(None), or_(*(c[key].in_(list(codes)) for key in source.codes)))  # fmt: skip
    for row in session.execute(query).mappings():
        state, message = _judged(source, row, until)
        shown = None
        if row["in_scope"]:
            dates = {key: row[key] for key in source.due}
            numbers = {key: row[key] for key in source.codes}
            shown = {"ledger": slug, "ledger_title": row_class.ledger.title, "id": row["id"], "version": row["version"],
                     "dept_id": row["dept_id"], "name": row["name"], **numbers, **dates}  # fmt: skip
        answer = Inspected(state, message if shown else WORDS[state], kinds.get(row["kind"]), shown)
        for code in {row[key] for key in source.codes} & set(codes):
            yield code, (slug, row["id"]), answer


def _judged(source: Source, row: Any, until: date) -> tuple[State, str]:
    if row["out_of_use"]:
        return "out_of_use", WORDS["out_of_use"]
    if row["failed"]:
        return "failed", WORDS["failed"]
    fields = source.row_class.fields
    late = [f"{fields[key].title} {row[key]}" for key in source.due if row[key] is not None and row[key] < until]
    if late:
        return "expired", f"已到期或将在作业结束前到期：{'、'.join(late)}"
    next_due = min((row[key] for key in source.due if row[key] is not None), default=None)
    return "valid", f"检验、校准有效，最近的到期日为 {next_due}" if next_due else WORDS["valid"]


MOST_CODES = 200
