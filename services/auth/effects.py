"""What a change of the organisation will do, in sentences, before anybody confirms it: the same checks as the change itself."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy.orm import Session

from kit.errors import FieldError
from services.auth import kinds, merging
from services.auth.departments import Department, children_of

Action = Literal["close", "merge", "move", "reopen"]


def effects(session: Session, row: Department, action: Action, target: Department | None) -> dict[str, Any]:
    """The numbers, the sentences of a confirmation, and why it cannot be done, if it cannot."""
    inside = merging.counts(session, row)
    sentences: list[str] = []
    problems: list[FieldError] = []
    if action == "close":
        sentences = _close(row, inside)
        problems = merging.closing_problems(session, row)
    elif action == "merge" and target is not None:
        sentences = _merge(session, row, target, inside)
        problems = merging.merging_problems(session, row, target)
    elif action == "move" and target is not None:
        sentences = _move(row, target, inside)
        problems = _moving_problems(session, row, target)
    elif action == "reopen":
        sentences = _reopen(session, row)
    blockers = [{"code": problem.code, "message": problem.message} for problem in problems]
    return {**inside, "sentences": sentences, "blockers": blockers}


def _close(row: Department, inside: dict[str, int]) -> list[str]:
    sentences = [f"“{row.name}”不再接收新数据，已有的台账、资料和历史记录全部保留，仍可查看。"]
    if inside["disabled_people"]:
        sentences.append(f"{inside['disabled_people']} 名已停用的人员仍留在本单位。")
    return [*sentences, "以后可以随时恢复。"]


def _merge(session: Session, row: Department, target: Department, inside: dict[str, int]) -> list[str]:
    sentences = [f"“{row.name}”关闭，并标为“已并入 {target.name}”。"]
    people = inside["people"] + inside["disabled_people"]
    if people:
        disabled = f"（其中 {inside['disabled_people']} 名已停用）" if inside["disabled_people"] else ""
        sentences.append(f"{people} 名人员{disabled}转到“{target.name}”。")
    if inside["further_people"]:
        sentences.append(f"{inside['further_people']} 名兼任人员改为兼任“{target.name}”。")
    names = [child.name for child in children_of(session, row.id) if child.closed_on is None]
    if names:
        shown = "、".join(names[:5]) + ("等" if len(names) > 5 else "")
        sentences.append(f"{len(names)} 个下级单位转到“{target.name}”之下：{shown}。")
    sentences.append(
        f"“{row.name}”的台账、资料等记录一条不少，改由“{target.name}”查看和管理；导入时写旧名称也会归入新单位。"
    )
    sentences.append(f"以后可以恢复“{row.name}”，但转走的人员和下级单位不会自动转回。")
    return sentences


def _move(row: Department, target: Department, inside: dict[str, int]) -> list[str]:
    with_them = f"连同 {inside['departments_below']} 个下级单位" if inside["departments_below"] else ""
    sentences = [f"“{row.name}”{with_them}移到“{target.name}”之下。"]
    if inside["people_below"]:
        sentences.append(f"涉及 {inside['people_below']} 名在用人员。")
    sentences.append(f"其数据改由“{target.name}”及其上级查看，原上级不再能看到。")
    return sentences


def _reopen(session: Session, row: Department) -> list[str]:
    home = session.get(Department, row.former_parent_id) if row.former_parent_id else None
    if row.merged_into is None:
        return [f"“{row.name}”恢复使用，可以再录入新数据。"]
    back = f"，回到“{home.name}”之下" if home is not None else ""
    return [
        f"“{row.name}”恢复使用{back}，它的台账、资料等记录随之回来。",
        "合并时转走的人员和下级单位不会自动转回，请逐个调整。",
    ]


def _moving_problems(session: Session, row: Department, target: Department) -> list[FieldError]:
    if target.path.startswith(row.path):
        return [FieldError((), "department_cycle", "不能移动到自己或自己的下级单位之下")]
    if target.closed_on is not None:
        return [FieldError((), "department_closed", f"“{target.name}”已关闭")]
    wrong = kinds.problem(kinds.all_of(session), target.kind, row.kind, at=())
    same = any(
        child.name == row.name and child.closed_on is None
        for child in children_of(session, target.id, except_id=row.id)
    )
    clash = FieldError((), "department_names_clash", f"“{target.name}”之下已有“{row.name}”") if same else None
    return [problem for problem in (wrong, clash) if problem is not None]
