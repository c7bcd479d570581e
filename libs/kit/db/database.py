"""One engine and one session type per process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from kit.db.reads import Reads
from kit.db.watching import watch
from kit.sealing.keyring import use
from kit.settings import PersonalSettings, ServiceSettings

# Time limits are set on the connection as well as on the role: a greenlet or a client that gives up does not stop
# PostgreSQL from going on with the query (reliability.md F10).
_OPTIONS = "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"

# Under this name a session carries the keys of the audit trail (kit.audit.record has nothing but the session).
AUDIT_KEYS = "audit_keys"


class Database:
    """The service's database. `session()` never commits; `transaction()` does, and is for the edges only: kit.http,
    kit.bus, kit.worker and the command line (import rules, architecture.md 2). `reads` runs single SELECTs of hot paths."""

    def __init__(self, settings: ServiceSettings, *, pool_size: int = 8, max_overflow: int = 8) -> None:
        url = settings.database_url.get_secret_value()
        connect_args: dict[str, Any] = {
            "options": _OPTIONS,
            "connect_timeout": 3,
            "application_name": f"safework-{settings.service}",
            "keepalives_idle": 30,
        }
        self.engine: Engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=5,
            pool_recycle=1800,
            connect_args=connect_args,
        )
        # No connection is made before the first read.
        self.reads = Reads(url, connect_args)
        # One keyring for the process, for the types of columns know no settings; a command that goes from one service to
        # the next makes the next one's Database.
        if isinstance(settings, PersonalSettings):
            use(settings.keyring())
        self._sessions = sessionmaker(
            self.engine, expire_on_commit=False, autoflush=True, info={AUDIT_KEYS: settings.audit_key_ring()}
        )
        watch(self.engine, self._sessions)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that is rolled back at the end, whatever happens; for reading."""
        session = self._sessions()
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed when the block ends well, and rolled back otherwise."""
        with self.session() as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def close(self) -> None:
        """Closes every pooled connection."""
        self.engine.dispose()
        self.reads.close()
