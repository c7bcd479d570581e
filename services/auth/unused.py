"""Accounts that nobody uses: warned about for a month, then disabled (等保 访问控制: no account without an owner)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit import audit
from kit.claims import claim_period
from kit.db import COMPANY_ZONE
from services.auth import facts, sessions
from services.auth.people import User

REASON = "超过 {days} 天未登录，自动停用"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many accounts were warned about, and how many disabled."""

    warned: int
    disabled: int


def sweep(session: Session, at: datetime, *, days: int, warning: int) -> Swept:
    """Disables the accounts that have not been used for `days`, and writes down those that will be within `warning` days,
    once each time they come so far. Demo accounts are left alone: nobody has to own them."""
    used = func.greatest(User.last_login_at, User.enabled_at, User.created_at)
    query = (
        select(User, used)
        .where(
            User.disabled_at.is_(None),
            User.password_hash.is_not(None),
            User.demo.is_(False),
            used <= at - timedelta(days=days - warning),
        )
        .order_by(User.id)
        .with_for_update(of=User, skip_locked=True)
    )
    warned, disabled = 0, []
    for user, last in session.execute(query).unique():
        if last <= at - timedelta(days=days):
            user.disabled_at, user.disabled_reason = at, REASON.format(days=days)
            user.version += 1
            sessions.end_all(session, user.id, at, "disabled")
            audit.record(session, None, "disable_unused", "user", user.id, detail={"last_used": _day(last)})
            disabled.append(user)
        elif claim_period(session, f"unused-warning:{user.id}", _day(last)):
            detail = {"last_used": _day(last), "disabled_on": _day(last + timedelta(days=days))}
            audit.record(session, None, "warn_unused", "user", user.id, detail=detail)
            warned += 1
    session.flush()
    facts.users_changed(session, disabled)
    return Swept(warned, len(disabled))


def _day(moment: datetime) -> str:
    day: date = moment.astimezone(COMPANY_ZONE).date()
    return day.isoformat()
