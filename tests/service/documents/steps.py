"""Steps that several tests take."""

from __future__ import annotations

from typing import Any

from tests.service.documents.conftest import Documents


def names(documents: Documents, library: str = "laws", **query: Any) -> list[str]:
    """The names in a folder (or of a search), in order."""
    page = documents.ok("GET", f"/libraries/{library}/nodes", params=query)
    assert page["total"] >= len(page["items"])
    return [item["name"] for item in page["items"]]


def change(documents: Documents, node: Any, **body: Any) -> Any:
    """A change that has to succeed."""
    return documents.ok("PATCH", f"/nodes/{node['id']}", json={"version": node["version"], **body})


def refuse(documents: Documents, node: Any, **body: Any) -> tuple[int, str]:
    """Status and code of a change that has to fail."""
    return documents.problem("PATCH", f"/nodes/{node['id']}", json={"version": node["version"], **body})


def delete(documents: Documents, node: Any, **query: Any) -> Any:
    """A deletion that has to succeed."""
    return documents.ok("DELETE", f"/nodes/{node['id']}", params={"version": node["version"], **query})
