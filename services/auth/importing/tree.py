"""Departments from a workbook: the organisation as it would be, checked as a whole, then written from the top down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.fields import key_of
from services.auth import departments, facts, kinds
from services.auth.departments import MAX_DEPTH, Department
from services.auth.importing.places import FutureTree, Node
from services.auth.importing.planning import Plan, Row, settle


def check(session: Session, plan: Plan, on_duplicate: str) -> None:
    """Finds out what each row would do, and what stands against it."""
    known = {row.code: row for row in session.scalars(select(Department))}
    by_id = {row.id: row for row in known.values()}
    _kinds(session, plan)
    for row in plan.rows:
        row.target = _target(row, known, by_id)
    tree = _future(plan, known, by_id)
    wrong = tree.resolve()
    by_code = {row.values["code"]: row for row in plan.rows if row.values["code"]}
    for code, problem in wrong.items():
        by_code[code].wrong("parent", problem.code, problem.message)
    labels = kinds.all_of(session)
    for row in plan.rows:
        if row.ok:
            _one(row, tree, known, labels)
            if row.target is not None and row.ok:
                settle(row, _changed(row, tree, by_id, plan), on_duplicate, "code", "单位编码")
    _names(plan, tree, known)
    _below_wrong_ones(plan, tree)


def write(session: Session, principal: Principal, plan: Plan) -> None:
    """Writes the right rows: parents before their children, so that each finds its place."""
    rows = [row for row in plan.rows if row.ok and row.action in ("created", "updated")]
    by_code = {row.code: row for row in session.scalars(select(Department))}
    changed: dict[UUID, Department] = {}
    for row in sorted(rows, key=lambda row: (row.values["depth"], row.number)):
        values = row.values
        parent = by_code[values["parent_code"]].id if values["parent_code"] else None
        kind, sort = values["kind_value"], values["sort"]
        if row.target is None:
            made = departments.create(
                session, principal, code=values["code"], name=values["name"], kind=kind, parent_id=parent,
                sort=sort if sort is not None else _next_sort(session, parent),
            )  # fmt: skip
            by_code[made.code] = made
            changed[made.id] = made
            continue
        target = row.target
        wanted = {
            "code": values["code"], "name": values["name"], "kind": kind, "parent_id": parent,
            "sort": target.sort if sort is None else sort,
        }  # fmt: skip
        for entry in departments.change(session, principal, target, wanted):
            changed[entry.id] = entry
    facts.departments_changed(session, list(changed.values()))


def _kinds(session: Session, plan: Plan) -> None:
    known = kinds.all_of(session)
    words = {key_of(word): kind.value for kind in known.values() for word in (kind.value, kind.label)}
    labels = "、".join(kind.label for kind in known.values() if kind.enabled)
    for row in plan.rows:
        word = row.values["kind"]
        row.values["kind_value"] = words.get(key_of(word)) if word else None
        if word and row.values["kind_value"] is None:
            row.wrong("kind", "unknown_kind", f"没有“{word[:20]}”这种单位类型，可填：{labels}")


def _target(row: Row, known: dict[str, Department], by_id: dict[UUID, Department]) -> Department | None:
    # The number in the file is what people see and change; the record finds a department whose number was changed.
    by_code = known.get(row.values["code"] or "")
    by_record = by_id.get(row.record[0]) if row.record is not None else None
    if by_code is not None and by_record is not None and by_code is not by_record:
        row.wrong("code", "taken", f"编码 {by_code.code} 已被“{by_code.name}”使用")
    return by_code or by_record


def _future(plan: Plan, known: dict[str, Department], by_id: dict[UUID, Department]) -> FutureTree:
    code_of = {row.target.id: row.values["code"] for row in plan.rows if row.ok and row.target is not None}
    nodes: dict[str, Node] = {}
    for department in known.values():
        code = code_of.get(department.id, department.code)
        parent = by_id[department.parent_id] if department.parent_id else None
        parent_code = code_of.get(parent.id, parent.code) if parent else None
        nodes[code] = Node(code, department.name, department.kind, parent_code, closed=department.closed_on is not None)
    for row in plan.rows:
        if row.ok and (row.target is None or row.target.closed_on is None):
            top = row.target is not None and row.target.parent_id is None
            # The company itself stands at the top whatever its row says, or everything would be wrong with it.
            word = None if top else row.values["parent"]
            if word is None and "parent" not in plan.keys and row.target is not None:
                # A column that is not in the file changes nothing.
                nodes[row.values["code"]].name = row.values["name"]
                nodes[row.values["code"]].kind = row.values["kind_value"]
                nodes[row.values["code"]].row = row.number
                continue
            nodes[row.values["code"]] = Node(
                row.values["code"], row.values["name"], row.values["kind_value"], None, word=word, row=row.number
            )
    former = {
        word: code_of.get(into.id, into.code)
        for gone in known.values()
        if gone.merged_into and (into := by_id.get(gone.merged_into)) is not None
        for word in (gone.code, gone.name)
    }
    return FutureTree(nodes.values(), former)


def _one(row: Row, tree: FutureTree, known: dict[str, Department], labels: dict[str, kinds.Kind]) -> None:
    values, target = row.values, row.target
    if target is not None and target.closed_on is not None:
        # An export shows closed ones as well; as they are, they may stand in a file, and nothing is done with them.
        values["parent_code"], values["depth"] = None, 0
        if (target.code, target.name, target.kind) != (values["code"], values["name"], values["kind_value"]):
            row.wrong("code", "department_closed", "单位已关闭，不能通过导入修改，请先恢复")
        return
    node = tree.nodes[values["code"]]
    values["parent_code"] = node.parent
    top = target is not None and target.parent_id is None
    if node.parent is None and not top:
        row.wrong("parent", "required", "请填写上级单位")
        return
    if top and values["parent"] is not None:
        row.wrong("parent", "department_is_root", "最上级单位不能移动到其他单位之下")
        return
    chain = tree.chain(values["code"])
    if chain is None:
        row.wrong("parent", "department_cycle", "上级关系形成了循环")
        return
    values["depth"] = len(chain)
    if len(chain) > MAX_DEPTH:
        row.wrong("parent", "department_too_deep", f"组织层级不能超过 {MAX_DEPTH} 级")
    parent = tree.nodes[node.parent] if node.parent else None
    if parent is not None and parent.closed:
        row.wrong("parent", "department_closed", f"上级单位“{parent.name}”已关闭")
    elif wrong := kinds.problem(labels, parent.kind if parent else None, values["kind_value"]):
        row.wrong("kind", wrong.code, wrong.message)


def _changed(row: Row, tree: FutureTree, by_id: dict[UUID, Department], plan: Plan) -> bool:
    target, values = row.target, row.values
    if target.closed_on is not None:
        return False
    parent = by_id[target.parent_id].code if target.parent_id else None
    now = [target.code, target.name, target.kind, parent]
    wanted = [values["code"], values["name"], values["kind_value"], values["parent_code"]]
    return now != wanted or ("sort" in plan.keys and values["sort"] is not None and values["sort"] != target.sort)


def _names(plan: Plan, tree: FutureTree, known: dict[str, Department]) -> None:
    """Siblings have different names, after the file and also on the way there: rows are written one after the other."""
    taken: dict[tuple[Any, str], str] = {}
    for node in sorted(tree.nodes.values(), key=lambda node: node.row is not None):
        if not node.closed:
            taken.setdefault((node.parent, node.name), node.code)
    targets = {row.target.id for row in plan.rows if row.ok and row.target is not None}
    present = {(row.parent_id, row.name): row for row in known.values() if row.closed_on is None}
    for row in plan.rows:
        if not row.ok or row.action not in ("created", "updated"):
            continue
        parent, name = row.values["parent_code"], row.values["name"]
        if taken.get((parent, name)) != row.values["code"]:
            row.wrong("name", "taken", f"同一上级下已有“{name}”")
            continue
        above = known.get(parent or "")
        other = present.get((above.id if above else None, name))
        if other is not None and other.id in targets and other is not row.target:
            row.wrong("name", "taken", f"同一上级下现在还有“{name}”（{other.code}），请先单独导入它的新名称")


def _below_wrong_ones(plan: Plan, tree: FutureTree) -> None:
    """A row whose parent is a wrong row cannot be written either."""
    while True:
        wrong = {row.values["code"] for row in plan.rows if not row.ok and row.target is None}
        more = [row for row in plan.rows if row.ok and row.values.get("parent_code") in wrong]
        if not more:
            return
        for row in more:
            row.wrong("parent", "parent_invalid", "上级单位所在的行有错误")


def _next_sort(session: Session, parent_id: UUID | None) -> int:
    if parent_id is None:
        return 10
    siblings = departments.children_of(session, parent_id)
    return (siblings[-1].sort if siblings else 0) + 10
