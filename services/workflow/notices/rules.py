"""Who is warned: the rules as seeded, and the people whom they name for one row."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit.directory import people_with_role
from kit.directory.tables import DirectoryPerson
from services.workflow.notices.models import NoticeRule

EXPIRY, SHORTAGE, FINDING = "expiry", "shortage", "finding"

# Warned where nobody holds a role that a rule names: the department that answers for the others (domain.md 1.3).
LAST_RESORT = "safety_management"

_OWNER = "平台默认：谁登记、谁负责续办"
_OFFICER = "平台默认，依据《安全生产法》第二十五条（安全生产管理人员职责）"
_HEAD = "平台默认，依据《安全生产法》第五条（其他负责人对职责范围内的安全生产工作负责）"

_STORES = "《生产安全事故应急条例》（国务院令第708号）第十三条（应急物资经常性维护、保养，保证正常运转）"

# recipient → (reach, basis), cumulative by level: 本人 → 部门安全员 → 橙 部门负责人 → 已超期 安全管理部 + 分管领导.
_YELLOW = {"owner": ("row", _OWNER), "safety_officer": ("nearest", _OFFICER)}
_ORANGE = {**_YELLOW, "department_head": ("nearest", _HEAD)}
_OVERDUE = {**_ORANGE, LAST_RESORT: ("company", _OFFICER), "leader": ("company", _HEAD)}
DEFAULTS = {
    EXPIRY: {"yellow": _YELLOW, "orange": _ORANGE, "red": _ORANGE, "overdue": _OVERDUE},
    SHORTAGE: {
        "orange": {
            "owner": ("row", _OWNER),
            "safety_officer": ("nearest", _STORES),
            "department_head": ("nearest", _STORES),
        },
    },
    FINDING: {"orange": {"safety_officer": ("nearest", _OFFICER)}},
}
_WAITED = "平台默认：逾期未处理的提醒逐级上报，依据《安全生产法》第五条、第二十五条"
# (kind, level) → recipient → (after days unhandled, reach): domain.md 1.3 leaves the days to the company.
ESCALATIONS = {
    (EXPIRY, "yellow"): {"department_head": (30, "nearest")},
    (EXPIRY, "orange"): {LAST_RESORT: (14, "company")},
    (EXPIRY, "red"): {LAST_RESORT: (3, "company")},
    (FINDING, "orange"): {"department_head": (7, "nearest"), LAST_RESORT: (30, "company")},
    (SHORTAGE, "orange"): {LAST_RESORT: (7, "company"), "leader": (30, "company")},
}


def seed_rules(session: Session) -> None:
    """Adds the default rules that are not there yet; what an administrator changed or switched off stays."""
    rows = [
        {"kind": kind, "level": level, "recipient": recipient, "reach": reach, "basis": basis, "after_days": 0}
        for kind, levels in DEFAULTS.items()
        for level, recipients in levels.items()
        for recipient, (reach, basis) in recipients.items()
    ]
    rows += [
        {"kind": kind, "level": level, "recipient": recipient, "reach": reach, "basis": _WAITED, "after_days": days}
        for (kind, level), later in ESCALATIONS.items()
        for recipient, (days, reach) in later.items()
    ]
    session.execute(insert(NoticeRule).values(rows).on_conflict_do_nothing())


@dataclass(slots=True)
class Recipients:
    """`people`: each person with the recipient of the rules that they stand for. `vacant`: the recipients for whom
    nobody was found, so that the notice went to the last resort instead and is looked at again later."""

    people: dict[UUID, str] = field(default_factory=dict)
    vacant: list[str] = field(default_factory=list)


def recipients(
    session: Session, kind: str, level: str, department_id: UUID, owner_id: UUID | None, *, waited: int = 0
) -> Recipients:
    """The people whom the rules name for a row of `department_id` made by `owner_id`, each once, when nobody has done
    anything for `waited` days."""
    rules = session.scalars(
        select(NoticeRule)
        .where(NoticeRule.kind == kind, NoticeRule.level == level, NoticeRule.enabled, NoticeRule.after_days <= waited)
        .order_by(NoticeRule.recipient)
    ).all()
    result = Recipients()
    for rule in rules:
        people = _people(session, rule, department_id, owner_id)
        if people is None:
            result.vacant.append(rule.recipient)
        for person in people or ():
            result.people.setdefault(person, rule.recipient)
    if not rules:
        # A warning that no rule speaks of is not thereby unimportant: the rules may simply not be seeded yet.
        result.vacant.append("rule")
    if result.vacant:
        for head in people_with_role(session, LAST_RESORT):
            result.people.setdefault(head.id, "fallback")
    return result


def _people(session: Session, rule: NoticeRule, department_id: UUID, owner_id: UUID | None) -> list[UUID] | None:
    """The people of one rule; None when there should be somebody and is not. A row may well have no owner, or one who
    has left: then the officer answers for it. An owner who is not in the copy of the directory yet is still to come."""
    if rule.reach == "row":
        if owner_id is None:
            return []
        owner = session.get(DirectoryPerson, owner_id)
        if owner is None:
            return None
        return [owner.id] if owner.active else []
    if rule.reach == "company":
        return [person.id for person in people_with_role(session, rule.recipient)] or None
    found = people_with_role(session, rule.recipient, department_id, include_ancestors=True)
    return [person.id for person in found if person.department_id == found[0].department_id] or None
