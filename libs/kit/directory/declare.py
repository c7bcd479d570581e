"""A service declares the dictionaries that its code relies on, and the identity service takes care of them from then on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy.orm import Session

from contracts.events import DictionaryChanged, DictionaryDeclared, DictionaryItemFact
from kit.bus import emit

# Leaves room in a message of 64 KiB for what stands around the items.
_ITEM_BYTES = 48 * 1024


def item(
    value: str,
    label: str,
    *,
    aliases: Sequence[str] = (),
    color: str | None = None,
    parent: str | None = None,
    enabled: bool = True,
    **ext: Any,
) -> DictionaryItemFact:
    """One declared item; keyword arguments beyond the known ones are its rules as data (`validity_months=36,
    basis="…"`). Items stand in the order in which they are written."""
    return DictionaryItemFact(
        value=value, label=label, aliases=tuple(aliases), color=color, parent_value=parent, enabled=enabled, ext=ext
    )


class DictionaryDeclaration(BaseModel):
    """A dictionary as a service declares it. Raise `revision` when the declaration changes. `editable` says whether an
    administrator may add items of their own; `parent` names the dictionary that the items' parents are in, when it is
    another one."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    items: tuple[DictionaryItemFact, ...]
    revision: int = 1
    editable: bool = True
    parent: str | None = None

    @model_validator(mode="after")
    def _unique(self) -> DictionaryDeclaration:
        for what in ("value", "label"):
            seen = [getattr(entry, what) for entry in self.items]
            double = sorted({text for text in seen if seen.count(text) > 1})
            if double:
                raise ValueError(f"dictionary {self.code}: {what} {', '.join(double)} twice")
        # A label or alias has to lead back to one value, or an import could not be undone by an export.
        words: dict[str, str] = {}
        for entry in self.items:
            for word in {entry.label, *entry.aliases}:
                if words.setdefault(word, entry.value) != entry.value:
                    raise ValueError(f"dictionary {self.code}: {word!r} means two values")
        return self

    def ordered(self) -> tuple[DictionaryItemFact, ...]:
        """The items with sort numbers in the order of writing, ten apart, so that others fit between."""
        return tuple(
            entry if entry.sort else entry.model_copy(update={"sort": (place + 1) * 10})
            for place, entry in enumerate(self.items)
        )


def declare(session: Session, service: str, declarations: Iterable[DictionaryDeclaration]) -> None:
    """Tells the identity service which dictionaries `service` relies on. Called from a service's seed; repeating it
    changes nothing."""
    for declaration in declarations:
        for items in parts(declaration.ordered()):
            event = DictionaryDeclared(
                service=service,
                dictionary=declaration.code,
                name=declaration.name,
                revision=declaration.revision,
                editable=declaration.editable,
                parent=declaration.parent,
                items=items,
            )
            emit(session, event, aggregate=f"dictionary:{declaration.code}")


def changed(declaration: DictionaryDeclaration, version: int = 1) -> Iterator[DictionaryChanged]:
    """The declaration as the identity service would publish it; tests and first starts apply it directly."""
    for items in parts(declaration.ordered()):
        yield DictionaryChanged(dictionary=declaration.code, name=declaration.name, version=version, items=items)


def parts(items: Sequence[DictionaryItemFact]) -> Iterator[tuple[DictionaryItemFact, ...]]:
    """The items in portions that fit into one message each; one empty portion for no items."""
    portion: list[DictionaryItemFact] = []
    size = 0
    for entry in items:
        # PostgreSQL measures the text of the jsonb, in which Chinese is three bytes a character.
        length = len(entry.model_dump_json().encode()) + 40
        if portion and size + length > _ITEM_BYTES:
            yield tuple(portion)
            portion, size = [], 0
        portion.append(entry)
        size += length
    yield tuple(portion)
