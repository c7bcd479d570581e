"""The transaction of a request. It is opened and closed here; nobody else calls commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from kit.audit.duty import settle
from kit.db import Database


def get_session(request: Request) -> Iterator[Session]:
    """A session that is committed before the answer is sent."""
    database: Database = request.app.state.database
    with database.transaction() as session:
        yield session
        settle(request, session)


# scope="function" makes FastAPI run the code after `yield`, that is the commit, before the response goes out. Without it
# a failed commit would be reported as 200 (measured, architecture.md 4).
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
