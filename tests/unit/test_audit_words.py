"""Every action and every kind of object that the code writes into the trail has a name in people's language."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from kit.audit.canonical import spell
from kit.audit.words import ACTIONS, OBJECTS, Words

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("auth", "documents", "ledgers", "reports", "workflow")
# `record(session, principal, action, object_type, …)` and those that pass an action on to it.
RECORDS = {"record": (2, 3), "record_change": (2, 3)}


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be; what is put in at run time is a `*`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def recorded(folder: Path) -> Iterator[tuple[str, int, str]]:
    """(where, 0 for an action and 1 for an object type, text)."""
    for file in sorted(folder.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for place, index in enumerate(RECORDS.get(name, ())):
                if index < len(node.args):
                    for text in literals(node.args[index]):
                        yield f"{file.relative_to(ROOT)}:{node.lineno}", place, text


@pytest.mark.parametrize("service", SERVICES)
def test_every_code_has_a_name(service: str) -> None:
    words: Words = importlib.import_module(f"services.{service}.audited").WORDS
    known = ({**words.actions, **ACTIONS}, {**words.objects, **OBJECTS})
    found = list(recorded(ROOT / "services" / service))
    assert found, "the search finds what there is"
    unnamed = [
        f"{where} {text}"
        for where, place, text in found
        if not any(fnmatchcase(text, code) or fnmatchcase(code, text) for code in known[place])
    ]
    assert unnamed == []


def test_kits_own_codes_have_names() -> None:
    unnamed = [
        f"{where} {text}"
        for where, place, text in recorded(ROOT / "libs" / "kit")
        if text not in (ACTIONS, OBJECTS)[place] and "*" not in text
    ]
    assert unnamed == []


@pytest.mark.parametrize("service", SERVICES)
def test_names_are_chinese(service: str) -> None:
    words: Words = importlib.import_module(f"services.{service}.audited").WORDS
    for title in (*words.actions.values(), *words.objects.values(), *ACTIONS.values(), *OBJECTS.values()):
        assert re.search(r"[一-鿿]", title), title


def test_an_unknown_code_is_shown_as_it_is() -> None:
    words = Words({"a:*:b": "甲"}, {})
    assert (words.action("a:x:b"), words.action("zzz"), words.object("event")) == ("甲", "zzz", "总线事件")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (1.0, "1"), (1e22, "1" + "0" * 22), (-0.0, "0"), (0.1, "0.1"), (1e-7, "0.0000001"), (100, "100"),
        (12345678901234567890123456789012345, "12345678901234567890123456789012345"),
        ("层\n\"", '"层\\n\\""'),
    ],
)  # fmt: skip
def test_a_value_has_one_spelling(value: object, expected: str) -> None:
    assert spell(value) == expected
