"""What people have said about strange headings and words: for this file, and for their department's next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Invalid
from kit.excel.headings import column_letter, heading_key
from kit.fields import FieldSpec, Lookups, key_of
from services.ledgers.importing.asking import WORD_KINDS
from services.ledgers.importing.contents import foreign
from services.ledgers.importing.tables import ImportJob, ImportMapping
from services.ledgers.importing.target import ledger_class
from services.ledgers.lookups import lookups_for

Heading = Field(max_length=200)


class Answers(BaseModel):
    """What somebody says: which field a heading means, which headings mean nothing, which item a word means. With
    `remember` it holds for the department's next files too."""

    model_config = ConfigDict(extra="forbid")

    headings: dict[str, str] = Field(default_factory=dict, max_length=256)
    words: dict[str, dict[str, str]] = Field(default_factory=dict, max_length=100)
    ignore: list[str] = Field(default_factory=list, max_length=256)
    remember: bool = True


@dataclass
class Told:
    """What holds for one file. Headings and words are keyed as they are compared, and keep how they were written."""

    headings: dict[str, tuple[str, str]] = field(default_factory=dict)  # key → (written, field; blank: means nothing)
    words: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)  # field → key → (written, value)

    def over(self, other: Told) -> Told:
        """This, and the rest of another."""
        fields = self.words.keys() | other.words.keys()
        return Told(
            {**other.headings, **self.headings},
            {key: {**other.words.get(key, {}), **self.words.get(key, {})} for key in fields},
        )

    def for_child(self) -> dict[str, Any]:
        """As the child is told (importing/checking.py)."""
        return {
            "headings": {written: target for written, target in self.headings.values() if target},
            "ignore": [written for written, target in self.headings.values() if not target],
            "words": {key: dict(words.values()) for key, words in self.words.items()},
        }

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Told:
        """From an answer."""
        told = cls()
        if given:
            told.headings = {heading_key(text): (text, "") for text in given.get("ignore", ())}
            told.headings |= {heading_key(text): (text, key) for text, key in given.get("headings", {}).items()}
            told.words = {
                key: {key_of(word): (word, value) for word, value in words.items()}
                for key, words in given.get("words", {}).items()
            }
        return told


def owner_of(principal: Principal) -> UUID:
    """Whose memory it is: the department's, or one's own for people who belong to none."""
    return principal.department_id or principal.user_id


def remembered(session: Session, principal: Principal, slug: str) -> Told:
    """What this person's department has said before about files of this ledger."""
    told = Told()
    fields = ledger_class(slug).input_fields()
    for row in session.scalars(
        select(ImportMapping).where(ImportMapping.owner_id == owner_of(principal), ImportMapping.slug == slug)
    ):
        # A release may have taken a field away since.
        if row.kind == "heading" and (not row.field or row.field in fields):
            told.headings[row.word] = (row.written, row.field)
        elif row.kind == "word" and row.field in fields:
            told.words.setdefault(row.field, {})[row.word] = (row.written, row.target)
    return told


def remember(session: Session, principal: Principal, slug: str, told: Told) -> None:
    """Keeps it for the next file; the newest answer wins."""
    common = {"owner_id": owner_of(principal), "slug": slug, "created_by_name": principal.name}
    rows = [
        {"kind": "heading", "field": target, "word": key, "written": written, "target": ""}
        for key, (written, target) in told.headings.items()
    ] + [
        {"kind": "word", "field": name, "word": key, "written": written, "target": value}
        for name, words in told.words.items()
        for key, (written, value) in words.items()
    ]
    for row in rows:
        heading = row["kind"] == "heading"
        statement = insert(ImportMapping).values(id=uuid7(), **common, **row)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["owner_id", "slug", *([] if heading else ["field"]), "word"],
                index_where=ImportMapping.kind == ("heading" if heading else "word"),
                set_={key: statement.excluded[key] for key in ("field", "written", "target", "created_by_name")},
            )
        )


def answer(session: Session, job: ImportJob, principal: Principal, answers: Answers) -> None:
    """Takes an answer for this file; Invalid names what cannot be meant. The caller has the file validated again."""
    if job.state not in ("mapping", "ready"):
        raise Conflict("只有等待确认对应关系或结果的导入才能调整对应关系", code="import_not_mappable")
    if job.swept_at is not None:
        raise Conflict("导入已超过 24 小时，请重新上传文件", code="import_expired")
    row_class = ledger_class(job.slug)
    kept = job.mapping or {}
    told = Told.of(answers.model_dump()).over(Told.of(kept.get("given")))
    problems = _wrong(job, told, answers, row_class.input_fields(), lookups_for(session, row_class, principal))
    if problems:
        raise Invalid("；".join(problem.message for problem in problems[:3]), errors=problems)
    given = told.for_child()
    job.mapping = {**kept, "given": given}
    if answers.remember:
        remember(session, principal, job.slug, Told.of(answers.model_dump()))


def _wrong(
    job: ImportJob, told: Told, answers: Answers, fields: Mapping[str, FieldSpec], lookups: Lookups
) -> list[FieldError]:
    problems: list[FieldError] = []

    def wrong(place: str, name: str, code: str, message: str) -> None:
        problems.append(FieldError(("body", place, name), code, message))

    layout = job.layout or {}
    titles = {int(place): heading_key(title) for place, title in layout.get("titles", {}).items()}
    for text in (*answers.headings, *answers.ignore):
        if heading_key(text) not in titles.values():
            wrong("headings", text, "unknown_heading", f"文件中没有“{text[:50]}”这一列")
    places: dict[str, int] = layout.get("places", {})
    said = () if job.import_by is None else (ledger_class(job.slug).ledger.import_by,)
    # What a heading means is said anew: what it was taken for before is free.
    again = told.headings.keys()
    taken = {key: titles.get(place, "") for key, place in places.items() if titles.get(place) not in again}
    for heading, (written, key) in told.headings.items():
        if not key:
            continue
        if key not in fields:
            wrong("headings", written, "unknown_field", f"“{written[:50]}”对应的字段不存在")
        elif taken.setdefault(key, heading) != heading:
            wrong("headings", written, "field_taken", f"已有另一列对应“{fields[key].title}”")
    for key in (
        kept_key for kept_key, spec in fields.items() if spec.must_be_given and kept_key not in {*taken, *said}
    ):
        wrong("headings", key, "missing_column", f"还没有指定哪一列是“{fields[key].title}”（必填）")
    for key, words in told.words.items():
        spec = fields.get(key)
        for written, value in words.values():
            if spec is None or spec.kind not in WORD_KINDS or spec.personal:
                wrong("words", key, "unknown_field", "只有选项和部门可以指定对应的词")
                break
            if not _is_item(spec, value, lookups):
                wrong("words", written, "unknown_item", f"“{written[:30]}”对应的选项不存在、已停用或不在您的数据范围内")
    return problems


def _is_item(spec: FieldSpec, value: str, lookups: Lookups) -> bool:
    if spec.kind == "department":
        try:
            return isinstance(lookups.departments.find(UUID(value)), UUID)
        except ValueError:
            return False
    items = lookups.dictionaries[spec.dictionary or ""].items
    return value in items and items[value].enabled


def recalled(job: ImportJob, memory: Told) -> dict[str, tuple[str, str]]:
    """The headings of this file that mean what was said of an earlier one, and about which nothing was said of this one."""
    given = Told.of((job.mapping or {}).get("given"))
    layout = job.layout or {}
    titles = {heading_key(title) for title in layout.get("titles", {}).values()}
    return {
        key: (written, target)
        for key, (written, target) in memory.headings.items()
        if key in titles and key not in given.headings and (not target or target in layout.get("places", {}))
    }


def notes(job: ImportJob, memory: Told, fields: Mapping[str, FieldSpec], lookups: Lookups) -> list[dict[str, Any]]:
    """Warnings that say what was applied from memory: nothing is applied silently."""
    found: list[dict[str, Any]] = []

    def note(header: str, message: str) -> None:
        found.append({"code": "remembered_mapping", "column": None, "header": header, "message": message})

    given = Told.of((job.mapping or {}).get("given"))
    for written, target in recalled(job, memory).values():
        what = f"按“{fields[target].title}”导入" if target else "不导入"
        note(written, f"按本部门记住的对应关系，“{written[:50]}”列{what}")
    for name, words in (job.mapping or {}).get("used", {}).items():
        for word, count in words.items():
            if key_of(word) in given.words.get(name, {}) or key_of(word) not in memory.words.get(name, {}):
                continue
            label = _label(fields[name], memory.words[name][key_of(word)][1], lookups)
            message = f"按本部门记住的对应关系，{count} 处“{word[:30]}”按“{label}”导入"
            note(fields[name].title, message)
    return found


def label_of(fields: Mapping[str, FieldSpec], row: ImportMapping, lookups: Lookups) -> str | None:
    """What a remembered word means, in words; None for headings and for fields that are no more."""
    return _label(fields[row.field], row.target, lookups) if row.kind == "word" and row.field in fields else None


def _label(spec: FieldSpec, value: str, lookups: Lookups) -> str:
    if spec.kind == "department":
        return lookups.departments.names.get(UUID(value), value)
    return lookups.dictionaries[spec.dictionary or ""].labels.get(value, value)


def mapping_json(session: Session, job: ImportJob, principal: Principal) -> dict[str, Any] | None:
    """What is asked and what has been said, with everything that can be chosen; None where there is nothing to say."""
    kept = job.mapping or {}
    questions, given = kept.get("questions") or {}, kept.get("given") or {}
    headings, words = questions.get("headings", []), questions.get("words", [])
    known = _known(session, job, principal)
    if not (headings or words or known or any(given.values())):
        return None
    row_class = ledger_class(job.slug)
    fields = row_class.input_fields()
    places = (job.layout or {}).get("places", {})
    said = {entry["field"] for entry in known}
    asked = {word["field"] for word in words} | given.get("words", {}).keys()
    return {
        "headings": headings,
        "missing": questions.get("missing", []),
        "words": words,
        "given": given,
        "known": known,
        # Of others' files only what their rows would show as well (importing/contents.py).
        "samples": {} if foreign(principal, job) else job.samples or {},
        "fields": [
            {"field": key, "title": spec.title, "required": spec.must_be_given}
            for key, spec in fields.items()
            if key not in places or key in said
        ],
        "items": _choices(asked, fields, lookups_for(session, row_class, principal)) if asked else {},
    }


def _known(session: Session, job: ImportJob, principal: Principal) -> list[dict[str, Any]]:
    """The headings of this file that mean something, or nothing, because somebody has said so: of this file, or of an
    earlier one; then `id` is what can be forgotten."""
    kept = job.mapping or {}
    given = Told.of(kept.get("given")).headings
    memory: dict[str, str] = kept.get("recalled") or {}
    if not given and not memory:
        return []
    ids = dict(
        session.execute(
            select(ImportMapping.word, ImportMapping.id).where(
                ImportMapping.owner_id == owner_of(principal), ImportMapping.slug == job.slug,
                ImportMapping.kind == "heading",
            )
        ).all()
    )  # fmt: skip
    found = []
    for place, title in (job.layout or {}).get("titles", {}).items():
        key = heading_key(title)
        if key in given or key in memory:
            field = given[key][1] if key in given else memory[key]
            entry = {"header": title.strip(), "column": column_letter(int(place)), "field": field or None}
            found.append({**entry, "id": None if key in given else ids.get(key)})
    return found


def _choices(keys: set[str], fields: Mapping[str, FieldSpec], lookups: Lookups) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for key in keys:
        spec = fields[key]
        if spec.kind == "department":
            departments = lookups.departments
            found[key] = [
                {"value": str(id_), "label": name}
                for id_, name in departments.unique_names.items()
                if departments.writable is None or id_ in departments.writable
            ]
        else:
            items = lookups.dictionaries[spec.dictionary or ""].items.values()
            found[key] = [{"value": item.value, "label": item.label} for item in items if item.enabled]
    return found
