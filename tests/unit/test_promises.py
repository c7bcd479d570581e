"""Promises of architecture.md 2 that a linter cannot see: who may commit, who may read the environment, what may not be
called what. Each is a search through the source, so that breaking one fails here and not in a year."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("libs", "services", "gateway", "deploy")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_only_the_edges_commit() -> None:
    # kit.db defines the transaction; http, bus and worker open and close it; commands and seeds are edges as well.
    edges = ("libs/kit/db/", "libs/kit/http/", "libs/kit/bus/", "libs/kit/worker/", "libs/kit/testing/", "deploy/")
    offenders = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        if not path.startswith(edges)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert offenders == []


def test_only_settings_read_the_environment() -> None:
    # A process that starts others composes their environment: the command line, the worker, the parser of workbooks.
    allowed = ("deploy/", "libs/kit/testing/", "libs/kit/worker/", "libs/kit/excel/runner.py")
    offenders = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        if not path.startswith(allowed) and not path.endswith("settings.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert offenders == []


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "base_utils", "misc"}
    assert [path for path, _ in modules() if Path(path).stem in drawers] == []


def test_kit_knows_no_service_and_no_business_word() -> None:
    words = ("certificate", "extinguisher", "permit_type", "rectification", "hidden_danger", "services.ledgers")
    offenders = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sorted((ROOT / "libs/kit").rglob("*.py"))
        if "testing" not in path.parts
        for word in words
        if word in path.read_text(encoding="utf-8").lower()
    ]
    assert offenders == []
