"""Who changes something, or takes a file away, owes the trail a row. Checked for every request where it ends, so that a route
that forgot is found by the first test that calls it, whoever wrote it.

In tests (`strict`) such a request fails and changes nothing; where people work it is logged as an error, for there their work
counts more."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from kit import log
from kit.audit.origin import written
from kit.db.watching import AUDITED, has_written

_log = log.get(__name__)

# Set by tests/conftest.py.
strict = False

_READING = frozenset(("GET", "HEAD", "OPTIONS"))
_FILES = (
    "application/vnd.openxmlformats",
    "application/pdf",
    "application/zip",
    "application/octet-stream",
    "text/calendar",
)


class NotAudited(RuntimeError):
    """A route changes something, or gives a file away, and writes no audit row."""


def unaudited(why: str) -> Any:
    """A route's declaration that it owes no row, and why."""

    async def exempt(request: Request) -> None:
        request.state.unaudited = why

    return Depends(exempt)


def settle(request: Request, session: Session) -> None:
    """At the end of a request's transaction, before it is committed."""
    if request.method in _READING or hasattr(request.state, "unaudited"):
        return
    if not session.info.get(AUDITED) and has_written(session):
        _owed(request.method, request.url.path)


def settle_file(scope: Any, headers: list[tuple[bytes, bytes]], status: int) -> None:
    """When an answer begins: a workbook, a document, or the way to a stored file."""
    if scope["method"] != "GET" or written.get() or "unaudited" in scope.get("state", {}):
        return
    kind = next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")
    if (status == 200 and kind.startswith(_FILES)) or status == 307:
        _owed("GET", scope["path"])


def _owed(method: str, path: str) -> None:
    _log.error("not_audited", method=method, path=path)
    if strict:
        raise NotAudited(f"{method} {path}: kit.audit.record, or unaudited(why) among the route's dependencies")
