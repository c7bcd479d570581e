"""The manual, the menu and what is built speak of the same leaves."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.docs import leaves

ROOT = Path(__file__).parents[2]
NAMES = {leaf["id"]: leaf["name"] for section in leaves.manual().values() for leaf in section}


def test_the_manual_has_seventy_leaves() -> None:
    assert len(NAMES) == 70


def test_what_is_built_bears_the_manuals_names() -> None:
    # 消防设施台账 and its like are the leaf's name as the manual prints it: the menu and the page must not differ.
    assert {leaf: built.title for leaf, built in leaves.built().items()} == {
        leaf: NAMES[leaf] for leaf in leaves.built()
    }


def test_the_menu_of_the_web_app_is_the_manuals() -> None:
    menu = json.loads((ROOT / "web/src/app/manual.json").read_text(encoding="utf-8"))
    assert len(menu) == 12
    assert {leaf["id"]: leaf["title"] for section in menu for leaf in section["leaves"]} == NAMES


def test_the_document_is_up_to_date() -> None:
    assert leaves.TARGET.read_text(encoding="utf-8") == leaves.text()


def test_every_named_test_exists() -> None:
    assert [path for built in leaves.built().values() for path in built.tests if not (ROOT / path).exists()] == []
