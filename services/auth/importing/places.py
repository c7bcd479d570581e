"""Finding departments by what people write: those that are there, and for the organisation itself also those that another
row of the file will make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import DepartmentNames, departments, scope_clause
from kit.directory.tables import DirectoryDepartment
from kit.fields import Departments, Wrong, key_of


def departments_for(session: Session, principal: Principal) -> Departments:
    """All departments by what people write, and those among them in which this person may put somebody."""
    every = departments(session)
    names = DepartmentNames([row for row in every if row.closed_on is None], every)
    reach = select(DirectoryDepartment.id).where(scope_clause(principal, DirectoryDepartment.id))
    return Departments(
        names,
        ambiguous=names.ambiguous,
        writable=frozenset(session.scalars(reach)),
        closed=[row for row in every if row.closed_on is not None],
    )


@dataclass(slots=True)
class Node:
    """A department as it will be: one that is there, changed by a row or not, or a new one. `word` is how a row names the
    parent, as long as it is not known which department that is."""

    code: str
    name: str
    kind: str
    parent: str | None
    word: str | None = None
    row: int | None = None
    closed: bool = False


class FutureTree:
    """The organisation as it will be after a file, by code. Parents that are named by words are found here: by code, by a
    name that only one department has, by a full name."""

    def __init__(self, nodes: Iterable[Node], former: Mapping[str, str]) -> None:
        self.nodes = {node.code: node for node in nodes}
        # What a merged department was called: the code of the one that took it over.
        self._former = {key_of(word): code for word, code in former.items()}
        self._by_code = {key_of(code): code for code in self.nodes}
        self._by_name: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if not node.closed:
                self._by_name.setdefault(key_of(node.name), []).append(node.code)

    def resolve(self) -> dict[str, Wrong]:
        """Finds all parents that are named by words; what is wrong, by the code of the child."""
        wrong: dict[str, Wrong] = {}
        waiting = [node for node in self.nodes.values() if node.word is not None]
        # A full name can be followed only once the parents of those on the way are known, which may be rows as well.
        while waiting:
            left = []
            for node in waiting:
                found = self._find(node.word or "", node.code)
                if found is None:
                    left.append(node)
                elif isinstance(found, Wrong):
                    wrong[node.code], node.word = found, None
                else:
                    node.parent, node.word = found, None
            if len(left) == len(waiting):
                for node in left:
                    wrong[node.code], node.word = _unknown(node.word or ""), None
                return wrong
            waiting = left
        return wrong

    def chain(self, code: str) -> list[str] | None:
        """The codes from a department up to the top; None when it is below itself."""
        found: list[str] = []
        at: str | None = code
        while at is not None:
            if at in found:
                return None
            found.append(at)
            node = self.nodes.get(at)
            at = node.parent if node else None
        return found

    def _find(self, word: str, child: str) -> str | Wrong | None:
        code = self._by_code.get(key_of(word))
        if code is not None:
            return code
        parts = [part for part in word.replace("／", "/").split("/") if part.strip()]
        candidates = [code for code in self._by_name.get(key_of(parts[-1]), []) if code != child] if parts else []
        fitting: list[str] = []
        for candidate in candidates:
            fits = self._fits(candidate, parts)
            if fits is None:
                return None
            if fits:
                fitting.append(candidate)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return Wrong(
                "ambiguous_department", f"有多个单位名为“{word[:30]}”，请写全称（如 分公司/{parts[-1][:30]}）或编码"
            )
        former = self._former.get(key_of(word))
        return former if former is not None and former != child else _unknown(word)

    def _fits(self, code: str, parts: list[str]) -> bool | None:
        """Whether the names above a department are those that were written; None while that is not known yet."""
        at: str | None = code
        for part in reversed(parts):
            node = self.nodes.get(at) if at is not None else None
            if node is None or key_of(node.name) != key_of(part):
                return False
            if node.word is not None and part is not parts[0]:
                return None
            at = node.parent
        return True


def _unknown(word: str) -> Wrong:
    return Wrong("unknown_department", f"上级单位“{word[:36]}”不存在或已关闭，本文件中也没有")
