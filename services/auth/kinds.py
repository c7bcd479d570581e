"""The kinds of departments and which of them may hold which: data that the company may change (dictionary
`department_kind`), not branches in the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.events import DictionaryDeclared
from kit.directory import DictionaryDeclaration, dictionary, item
from kit.errors import FieldError

CODE = "department_kind"
_BASIS = "公司 → 分公司/部门 → 场站/班组（组织机构设置惯例，可由系统维护人员调整）"

# In the order in which one stands above the other. `holds` names the kinds that may stand directly below.
DECLARATION = DictionaryDeclaration(
    code=CODE,
    name="单位类型",
    items=(
        item("company", "公司", holds=["company", "branch", "department", "station", "team"], basis=_BASIS),
        item("branch", "分公司", holds=["department", "station", "team"], basis=_BASIS),
        item("department", "部门", holds=["department", "station", "team"], basis=_BASIS),
        item("station", "场站", holds=["station", "team"], basis=_BASIS),
        item("team", "班组", holds=[], basis=_BASIS),
    ),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of department."""

    value: str
    label: str
    enabled: bool
    holds: tuple[str, ...]


def declared() -> DictionaryDeclared:
    """What the seed gives to auth's own dictionaries, as another service would send it."""
    return DictionaryDeclared(
        service="auth",
        dictionary=DECLARATION.code,
        name=DECLARATION.name,
        revision=DECLARATION.revision,
        editable=DECLARATION.editable,
        items=DECLARATION.ordered(),
    )


def all_of(session: Session) -> dict[str, Kind]:
    """The kinds by value, in order. Before the first seed they are those of the declaration."""
    rows = dictionary(session, CODE) or DECLARATION.items
    return {row.value: Kind(row.value, row.label, row.enabled, _holds(row.ext)) for row in rows}


def problem(
    kinds: Mapping[str, Kind], parent: str | None, child: str, *, at: tuple[str | int, ...] = ("body", "kind")
) -> FieldError | None:
    """What is wrong with a department of the kind `child` below one of the kind `parent` (None for the top)."""
    known = kinds.get(child)
    if known is None or not known.enabled:
        words = "、".join(kind.label for kind in kinds.values() if kind.enabled)
        return FieldError(at, "unknown_kind", f"没有这种单位类型，可选：{words}")
    above = kinds.get(parent) if parent is not None else None
    if above is None or child in above.holds:
        return None
    allowed = "、".join(kinds[value].label for value in above.holds if value in kinds)
    rule = f"只能设{allowed}" if above.holds else "不能再设单位"
    return FieldError(at, "kind_not_allowed", f"“{above.label}”之下不能设“{known.label}”：{rule}")


def _holds(ext: Mapping[str, object]) -> tuple[str, ...]:
    # An administrator writes this: whatever is not a list of words holds nothing.
    holds = ext.get("holds")
    return tuple(value for value in holds if isinstance(value, str)) if isinstance(holds, list) else ()
