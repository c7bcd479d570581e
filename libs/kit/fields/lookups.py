"""What a field's value is looked up in: dictionaries, departments, today's date. Built once per request or import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from kit.fields.spec import Wrong
from kit.fields.text import key_of

_CODE_FIRST = re.compile(r"\s*([0-9A-Za-z]+(?:[_-][0-9A-Za-z]+)*)[\s:：、.\-—]*(.*)", re.DOTALL)
_SHOWN = 12


class DictionaryItem(Protocol):
    """One item of a dictionary; kit.directory's rows are such."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def parent_value(self) -> str | None: ...
    @property
    def aliases(self) -> Any: ...
    @property
    def ext(self) -> Mapping[str, Any]: ...


class Department(Protocol):
    """One department; kit.directory's rows are such."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...


def offered(item: DictionaryItem, on: date | None) -> bool:
    """Whether an item may be chosen for a new row on a day: in use, and between the dates that it may carry."""
    start, stop = getattr(item, "valid_from", None), getattr(item, "valid_to", None)
    return item.enabled and (on is None or ((start is None or start <= on) and (stop is None or on <= stop)))


class Dictionary:
    """Finds an item by value, label, alias, or by a code in front (`R1 快开门…`), whatever the width and case. With `on`,
    only what is valid on that day can be chosen; the rest still has its label."""

    def __init__(self, code: str, items: Iterable[DictionaryItem], on: date | None = None) -> None:
        self.code = code
        self.items = {item.value: item for item in items}
        self.withdrawn = frozenset(value for value, item in self.items.items() if not offered(item, on))
        self.labels = {value: item.label for value, item in self.items.items()}
        self._by_word: dict[str, str] = {}
        self._known: dict[Any, str | Wrong] = {}
        # A value wins over a label of the same letters, a label over an alias.
        for words in (lambda i: i.aliases, lambda i: (i.label,), lambda i: (i.value,)):
            for item in self.items.values():
                for word in words(item):
                    self._by_word[key_of(word)] = item.value

    def __getitem__(self, value: str) -> DictionaryItem:
        return self.items[value]

    def __contains__(self, value: object) -> bool:
        return value in self.items

    def rule(self, value: str | None, name: str) -> Any:
        """A rule that an item carries as data (`validity_months`), or None."""
        item = self.items.get(value) if value is not None else None
        return item.ext.get(name) if item is not None else None

    def find(self, word: str) -> str | Wrong:
        """The value that a word means."""
        try:
            return self._known[word]
        except KeyError:
            found = self._find(word)
            if len(self._known) < 10_000:  # a file full of different wrong words must not fill the memory
                self._known[word] = found
            return found

    def _find(self, word: str) -> str | Wrong:
        value = self._by_word.get(key_of(word)) or self._by_code(word)
        if value is None:
            return Wrong("not_in_dictionary", self.unknown(word), word)
        if value in self.withdrawn:
            why = "不在有效期内" if self.items[value].enabled else "已停用"
            return Wrong("retired_item", f"“{self.items[value].label}”{why}，请改用其他选项")
        return value

    def unknown(self, word: str, parent: str | None = None, parent_label: str = "") -> str:
        """The sentence about a word that means nothing here: what may be written instead, and below a known parent only
        what belongs to it, for a list of everything would not name the few that help. Labels are quoted and separated
        by semicolons, because they hold 、 themselves."""
        items = [item for item in self.items.values() if item.value not in self.withdrawn]
        below = [item for item in items if item.parent_value in (None, parent)] if parent is not None else []
        allowed = [f"“{item.label}”" for item in below or items]
        where = f"{parent_label}可填" if below else "可填"
        more = f"等 {len(allowed)} 项" if len(allowed) > _SHOWN else ""
        return f"“{word[:30]}”不在字典中，{where}：{'；'.join(allowed[:_SHOWN])}{more}"

    def _by_code(self, word: str) -> str | None:
        """`R1快开门式` and `R1 快开门式压力容器操作` mean R1; `R1 叉车` contradicts itself and means nothing."""
        match = _CODE_FIRST.fullmatch(word)
        if match is None:
            return None
        value, rest = self._by_word.get(key_of(match.group(1))), key_of(match.group(2))
        if value is None or not rest:
            return None
        item = self.items[value]
        code = key_of(match.group(1))
        names = [key_of(name).removeprefix(code) for name in (item.label, *item.aliases)]
        return value if any(name.startswith(rest) or rest.startswith(name) for name in names if name) else None


class Departments:
    """Finds a department by id, code, name or full name (`分公司/场站`). `writable` is where the caller may put rows; None
    stands for everywhere."""

    def __init__(
        self,
        by_word: Mapping[str, Department],
        *,
        ambiguous: Iterable[str] = (),
        writable: frozenset[UUID] | None = None,
        closed: Iterable[Department] = (),
    ) -> None:
        self.writable = writable
        # Closed departments have a name, for old rows show it, but nothing can be put there.
        self.closed = {row.id: row.name for row in closed}
        self.names: dict[UUID, str] = dict(self.closed)
        self._by_word: dict[str, UUID] = {}
        self._ambiguous = frozenset(key_of(word) for word in ambiguous)
        self._known: dict[Any, UUID | Wrong] = {}
        for word, row in by_word.items():
            self._by_word[key_of(word)] = row.id
            self.names[row.id] = row.name
        # What an export writes has to lead back to the same department: its shortest unambiguous name.
        self.unique_names: dict[UUID, str] = {}
        for word, row in by_word.items():
            if word == row.name or word.endswith(f"/{row.name}"):
                known = self.unique_names.get(row.id)
                self.unique_names[row.id] = word if known is None or len(word) < len(known) else known

    def find(self, raw: UUID | str) -> UUID | Wrong:
        """The department that a word or id means, if the caller may write there."""
        try:
            return self._known[raw]
        except KeyError:
            found = self._find(raw)
            if len(self._known) < 10_000:
                self._known[raw] = found
            return found

    def _find(self, raw: UUID | str) -> UUID | Wrong:
        word = str(raw)
        id_ = self._as_id(raw) or self._by_word.get(key_of(word))
        if id_ is None and key_of(word) in self._ambiguous:
            return Wrong(
                "ambiguous_department", f"有多个部门名为“{word[:30]}”，请写上级名称（如 分公司/{word[:30]}）或编码"
            )
        if id_ is None:
            return Wrong("unknown_department", f"部门“{word[:36]}”不存在或已撤销")
        if self.writable is not None and id_ not in self.writable:
            return Wrong("department_out_of_scope", f"您无权管理“{self.names[id_]}”的数据")
        return id_

    def _as_id(self, raw: UUID | str) -> UUID | None:
        try:
            id_ = raw if isinstance(raw, UUID) else UUID(raw)
        except ValueError:
            return None
        return id_ if id_ in self.names and id_ not in self.closed else None


@dataclass(frozen=True)
class Lookups:
    """Everything outside the row that its validation depends on."""

    today: date
    dictionaries: Mapping[str, Dictionary] = field(default_factory=dict)
    departments: Departments = field(default_factory=lambda: Departments({}))
