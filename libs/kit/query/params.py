"""The query string of a list (architecture.md 6): page, size, sort, q, field=, field.gte=, field.lte=, field.in=. For a
department also field.under=, which is the department and everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from kit.errors import FieldError, Invalid
from kit.fields import KINDS, FieldSpec, Lookups, Wrong, parser
from kit.query.search import LONGEST, Search
from kit.sealing import keyring

SIZE, MOST_SIZE, MOST_OFFSET, MOST_VALUES, MOST_SORTS = 20, 200, 10_000_000, 200, 3
_MOST_KNOWN, _LONGEST_KNOWN = 500, 200
# Columns of every row that a list may be ordered by.
MOMENTS = ("created_at", "updated_at")
_NOT_LOOKED_UP = Lookups(today=date.max)
_RANGES = frozenset(("integer", "decimal", "day"))
_LISTS = frozenset(("choice", "multi_choice", "department"))


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: `op` is eq, gte, lte, in or under."""

    key: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order."""

    key: str
    descending: bool


def filter_name(place: int) -> str:
    """The name of a filter's parameter."""
    return f"f{place}"


@dataclass(frozen=True)
class ListQuery:
    """What a list was asked for."""

    page: int
    size: int
    sorts: tuple[Sort, ...]
    q: str | None
    filters: tuple[Filter, ...]
    # The kinds of the sealed fields that a search looks into.
    sealed: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[Any, ...]:
        """What of the query shapes its SQL; the rest are values."""
        return self.sorts, tuple((f.key, f.op) for f in self.filters), self.search and self.search.shape

    @property
    def plain(self) -> bool:
        """Whether all rows are asked for."""
        return not self.filters and self.q is None

    @cached_property
    def search(self) -> Search | None:
        """The search for `q`."""
        return Search(self.q, self.sealed) if self.q is not None else None

    @cached_property
    def values(self) -> dict[str, Any]:
        """The parameters that `condition` and the search have named."""
        named = {filter_name(place): wanted.value for place, wanted in enumerate(self.filters)}
        return named | (self.search.values if self.search else {})

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.page - 1) * self.size


class ListParams:
    """Reads the query strings of one list. Compiled once per table: a list is the hot path."""

    def __init__(self, fields: Mapping[str, FieldSpec], default_sort: str) -> None:
        self.fields = fields
        self._parsers = {key: _filter_parser(spec) for key, spec in fields.items() if spec.filter}
        self._ops = {key: _ops(fields[key]) for key in self._parsers}
        self._sortable = {key for key, spec in fields.items() if spec.sortable} | set(MOMENTS)
        self._default = self._sorts(default_sort, [])
        sealed = {key: spec.kind for key, spec in fields.items() if spec.personal and KINDS[spec.kind].sealable}
        self._sealed = {key: kind for key, kind in sealed.items() if key in self._parsers}
        self._searched = tuple(sorted({kind for key, kind in sealed.items() if fields[key].search}))
        self._known: dict[bytes, ListQuery] = {}

    def query(self, text: bytes) -> ListQuery:
        """The query of a request's query string, as ASGI gives it. The same pages are asked for all day; what makes no sense,
        or is long, is not remembered."""
        known = self._known.get(text)
        if known is not None:
            return known
        query = self.read(parse_qsl(text.decode("latin-1"), keep_blank_values=True))
        if len(text) <= _LONGEST_KNOWN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[text] = query
        return query

    def read(self, params: Iterable[tuple[str, str]], *, also: Iterable[str] = ()) -> ListQuery:
        """The query; Invalid with every error when it makes no sense. `also` are parameters that the caller reads."""
        errors: list[FieldError] = []
        seen: dict[str, str] = {}
        for name, value in params:
            if name in seen:
                errors.append(_error(name, "duplicate_parameter", "参数重复"))
            seen[name] = value
        for name in also:
            seen.pop(name, None)
        page = _whole(seen, "page", 1, MOST_OFFSET, errors)
        size = _whole(seen, "size", SIZE, MOST_SIZE, errors)
        if (page - 1) * size > MOST_OFFSET:
            errors.append(_error("page", "page_too_far", f"最多翻到第 {MOST_OFFSET:,} 行，请缩小查询范围"))
        q = _search(seen, errors)
        sort = seen.pop("sort", "")
        sorts = self._sorts(sort, errors) if sort else self._default
        filters = [found for name, value in seen.items() if (found := self._filter(name, value, errors)) is not None]
        if errors:
            raise Invalid(f"{errors[0].loc[-1]}：{errors[0].message}", errors=errors)
        return ListQuery(page, size, sorts, q, tuple(filters), self._searched)

    def _filter(self, name: str, value: str, errors: list[FieldError]) -> Filter | None:
        key, _, op = name.partition(".")
        op = op or "eq"
        if key not in self._ops or op not in self._ops[key]:
            errors.append(_error(name, "unknown_parameter", "未知的查询参数"))
            return None
        if value == "":
            return None  # a form that sends an empty box asks for nothing
        words = value.split(",") if op == "in" else [value]
        if len(words) > MOST_VALUES:
            errors.append(_error(name, "too_many_values", f"最多 {MOST_VALUES} 个值"))
            return None
        values = []
        for word in words:
            found = self._parsers[key](word)
            if isinstance(found, Wrong):
                errors.append(_error(name, found.code, found.message))
                return None
            if found is not None:
                kind = self._sealed.get(key)
                values.append(keyring().hash(kind, found) if kind else found)
        if not values:
            errors.append(_error(name, "blank_value", "查询值不能为空"))
            return None
        return Filter(key, op, values if op == "in" else values[0])

    def _sorts(self, text: str, errors: list[FieldError]) -> tuple[Sort, ...]:
        sorts = tuple(Sort(part.removeprefix("-"), part.startswith("-")) for part in text.split(","))
        if len(sorts) > MOST_SORTS or any(sort.key not in self._sortable for sort in sorts):
            errors.append(_error("sort", "not_sortable", f"可排序的字段：{'、'.join(sorted(self._sortable))}"))
        return sorts

    def openapi(self) -> list[dict[str, Any]]:
        """The parameters for the API's documentation."""
        whole = {"type": "integer", "minimum": 1}
        sorts = sorted(self._sortable)
        described = [
            _parameter("page", {**whole, "default": 1}, "页码"),
            _parameter("size", {**whole, "maximum": MOST_SIZE, "default": SIZE}, "每页行数"),
            _parameter(
                "sort",
                {"type": "string", "enum": [*sorts, *(f"-{key}" for key in sorts)]},
                "排序字段，降序加 -；空值视为最大",
            ),
        ]
        if any(spec.search for spec in self.fields.values()):
            titles = "、".join(spec.title for spec in self.fields.values() if spec.search)
            described.append(_parameter("q", {"type": "string", "maxLength": LONGEST}, f"关键字：{titles}"))
        for key, ops in self._ops.items():
            for op in ops:
                schema = {"type": "string"} if op == "in" else _SCHEMAS.get(self.fields[key].kind, {"type": "string"})
                if schema != {"type": "string"}:
                    # An empty box of a form asks for nothing.
                    schema = {"anyOf": [schema, {"type": "string", "maxLength": 0}]}
                described.append(_parameter(key if op == "eq" else f"{key}.{op}", schema, self.fields[key].title))
        return described


_SCHEMAS: dict[str, dict[str, Any]] = {
    "day": {"type": "string", "format": "date"},
    "department": {"type": "string", "format": "uuid"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "yes_no": {"type": "boolean"},
}


def _ops(spec: FieldSpec) -> tuple[str, ...]:
    if spec.kind in _RANGES:
        return ("eq", "gte", "lte")
    if spec.kind == "department":
        return ("eq", "in", "under")
    return ("eq", "in") if spec.kind in _LISTS else ("eq",)


def _filter_parser(spec: FieldSpec) -> Any:
    if spec.kind == "department":
        return _uuid
    if spec.kind in _LISTS:
        # A value that no dictionary has finds nothing: a list need not read the dictionaries to say so.
        return lambda word: word if len(word) <= 64 and word.isprintable() else Wrong("not_in_dictionary", "不在字典中")
    return parser(spec, _NOT_LOOKED_UP)


def _uuid(word: str) -> Any:
    from uuid import UUID

    try:
        return UUID(word)
    except ValueError:
        return Wrong("uuid_parsing", "编号格式不正确")


def _search(seen: dict[str, str], errors: list[FieldError]) -> str | None:
    q = seen.pop("q", "").strip()
    if len(q) > LONGEST:
        errors.append(_error("q", "string_too_long", f"长度不能超过 {LONGEST} 个字符"))
    if q and not q.isprintable():
        errors.append(_error("q", "control_character", "含有不可见的控制字符"))
    return q or None


def _whole(seen: dict[str, str], name: str, default: int, most: int, errors: list[FieldError]) -> int:
    text = seen.pop(name, "")
    if not text:
        return default
    if text.isascii() and text.isdecimal() and len(text) < 12 and 1 <= int(text) <= most:
        return int(text)
    errors.append(_error(name, "out_of_range", f"应为 1 至 {most:,} 的整数"))
    return default


def _error(name: str, code: str, message: str) -> FieldError:
    return FieldError(("query", name), code, message)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
