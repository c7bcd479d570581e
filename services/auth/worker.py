"""What auth reacts to, and what it does by the clock."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contracts.events import DictionaryDeclared, PermissionsDeclared
from kit.db import now
from kit.worker import DirectoryWorker, daily, every, handles
from services.auth import (
    captcha,
    challenges,
    declaring,
    devices,
    dictionaries,
    facts,
    permissions,
    sessions,
    tables,  # noqa: F401  every mapped class
    throttle,
    unused,
)
from services.auth.access import UserRole
from services.auth.importing import tables as imports
from services.auth.keys import Keyring
from services.auth.people import User
from services.auth.settings import get_settings


class AuthWorker(DirectoryWorker):
    """Keeps the copy that auth's own data scope stands on (changes are in it already; the event is its repetition)."""

    name = "auth"

    @handles(DictionaryDeclared)
    def take_declaration(self, session: Session, event: DictionaryDeclared) -> None:
        """A service says which words it relies on; everybody gets those that are new or different."""
        changed = declaring.take_declaration(session, event)
        if changed:
            facts.dictionary_changed(session, dictionaries.find(session, event.dictionary), changed)

    @handles(PermissionsDeclared)
    def take_permissions(self, session: Session, event: PermissionsDeclared) -> None:
        """A service says what there is to permit in it."""
        permissions.take_declaration(session, event)

    @every(minutes=5, name="close-expired-sessions")
    def close_expired_sessions(self, session: Session) -> None:
        """Sessions that were idle too long or are too old."""
        sessions.close_expired(session, now())

    @daily("00:00", name="role-dates")
    def role_dates(self, session: Session, on: date) -> None:
        """Roles that begin or ended with this day."""
        yesterday = on - timedelta(days=1)
        turned = or_(UserRole.valid_from == on, UserRole.valid_to == yesterday)
        users = session.scalars(select(User).where(User.roles.any(turned))).unique().all()
        facts.role_dates_passed(session, users)

    @every(minutes=30, name="sweep-organisation-imports")
    def sweep_organisation_imports(self, session: Session) -> None:
        """Uploaded workbooks older than a day: they hold personal data."""
        imports.sweep(session, now())

    @daily("03:30", name="rotate-signing-keys")
    def rotate_signing_keys(self, session: Session, on: date) -> None:
        """A new signing key every ninety days, published before it is used."""
        folder = get_settings().signing_key_dir
        if folder is not None:
            Keyring(folder).rotate()

    @daily("02:30", name="unused-accounts")
    def unused_accounts(self, session: Session, on: date) -> None:
        """Accounts that nobody has used for ninety days are disabled, after a month of warning."""
        settings = get_settings()
        unused.sweep(session, now(), days=settings.unused_days, warning=settings.unused_warning_days)

    @daily("04:00", name="sweep")
    def sweep(self, session: Session, on: date) -> None:
        """What no rule looks at any more."""
        sessions.sweep(session, now())
        throttle.sweep(session, now())
        for part in (captcha, challenges, devices):
            part.sweep(session, now())
