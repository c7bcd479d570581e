"""What auth starts with, and what keeps it going."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from contracts.events import OrganisationChanged, UserChanged
from contracts.subscriptions import EVERY_SERVICE
from kit.bus.tables import Outbox, OutboxDelivery
from kit.db import Database
from kit.directory import departments
from kit.directory.tables import DirectoryPerson
from kit.testing.keys import personal_keys
from kit.worker.checks import check_subscriptions
from services.auth import demo, facts
from services.auth import seed as seeding
from services.auth.access import Role
from services.auth.declared import DICTIONARIES
from services.auth.keys import Keyring
from services.auth.people import User
from services.auth.sessions import LoginSession, Revocation
from services.auth.settings import Settings
from services.auth.worker import AuthWorker
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]


def test_the_seed_tells_every_service_everything(database: Database) -> None:
    with database.session() as session:
        told = {
            type_: sum(len(row.data[key]) for row in session.scalars(select(Outbox).where(Outbox.type == type_)))
            for type_, key in ((OrganisationChanged.type, "departments"), (UserChanged.type, "users"))
        }
        assert told == {OrganisationChanged.type: len(demo.DEPARTMENTS), UserChanged.type: len(demo.PEOPLE)}
        assert set(session.scalars(select(OutboxDelivery.subscriber))) == set(EVERY_SERVICE)
        assert len(departments(session)) == len(demo.DEPARTMENTS)
        assert session.scalar(select(func.count()).select_from(DirectoryPerson)) == len(demo.PEOPLE)


def test_seeding_again_changes_nothing(settings: Settings, database: Database) -> None:
    def state() -> list[tuple[object, ...]]:
        with database.session() as session:
            rows = session.execute(select(User.username, User.password_hash, User.version).order_by(User.id)).all()
            events = session.scalar(select(func.count()).select_from(Outbox))
            return [*map(tuple, rows), (events,)]

    before = state()
    seeding.seed(settings)
    assert state() == before


def test_a_new_demo_password_is_taken_over(settings: Settings, browser: Open) -> None:
    seeding.seed(settings.model_copy(update={"demo_password": SecretStr("Another-One-99")}))
    assert browser().login("yunxing").status_code == 401
    assert browser().login("yunxing", "Another-One-99").status_code == 200


def test_without_a_demo_password_there_are_only_roles(service_settings: Callable[..., Settings]) -> None:
    settings: Settings = service_settings(Settings)
    seeding.seed(settings)
    database = Database(settings)
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0
        assert session.scalar(select(func.count()).select_from(Role)) > 10
    database.close()


def test_demo_accounts_are_not_made_outside_the_demo(settings: Settings) -> None:
    with pytest.raises(RuntimeError, match="演示"):
        seeding.seed(settings.model_copy(update={"environment": "production"}))


def test_a_role_that_an_administrator_changed_stays(settings: Settings, database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            update(Role).where(Role.code == "worker").values(permissions=["documents:laws:read"], customised=True)
        )
        session.execute(update(Role).where(Role.code == "leader").values(permissions=["x:y:z"]))
    seeding.seed(settings)
    with database.session() as session:
        assert session.get_one(Role, "worker").permissions == ["documents:laws:read"]
        assert "ledgers:*:read,export" in session.get_one(Role, "leader").permissions
        leader = session.scalars(select(User).where(User.username == "leader")).unique().one()
        assert leader.version == 2
        assert session.scalars(select(Revocation.min_version).where(Revocation.user_id == leader.id)).all()[-1] == 2


def test_everything_can_be_told_again(database: Database) -> None:
    with database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(Outbox)) or 0
        counts = facts.republish(session)
        after = session.scalar(select(func.count()).select_from(Outbox)) or 0
    # Auth's own dictionaries, and the kinds of departments.
    own = len(DICTIONARIES) + 1
    assert counts == {"departments": len(demo.DEPARTMENTS), "users": len(demo.PEOPLE), "dictionaries": own}
    assert after - before == 2 + own


def test_the_worker_handles_what_it_is_listed_for() -> None:
    check_subscriptions(AuthWorker)


def test_the_worker_closes_what_has_run_out(database: Database, browser: Open) -> None:
    browser().login("yunxing")
    with database.transaction() as session:
        session.execute(update(LoginSession).values(idle_until=datetime.now(UTC) - timedelta(minutes=1)))
    with database.transaction() as session:
        AuthWorker().close_expired_sessions(session)
        assert session.scalars(select(LoginSession.end_reason)).one() == "expired"
        session.execute(update(LoginSession).values(ended_at=datetime.now(UTC) - timedelta(days=31)))
    with database.transaction() as session:
        AuthWorker().sweep(session, datetime.now(UTC).date())
        assert session.scalars(select(LoginSession)).all() == []


def test_keys_are_private_and_rotate_without_a_gap(tmp_path: Path) -> None:
    clock = Clock()
    ring = Keyring(tmp_path / "keys", clock)
    files = list((tmp_path / "keys").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    first, _ = ring.signing()
    assert ring.rotate() is False

    clock.forward(days=91)
    assert ring.rotate() is True
    fresh = Keyring(tmp_path / "keys", clock)
    assert len(fresh.published()["keys"]) == 2
    assert fresh.signing()[0] == first, "a new key is published before it is used"
    assert all(set(key) == {"kty", "crv", "x", "kid", "use", "alg"} for key in fresh.published()["keys"])

    clock.forward(minutes=6)
    second, _ = fresh.signing()
    assert second != first
    assert fresh.key(first) is not None, "what the old key signed is still good"

    clock.forward(hours=24)
    assert fresh.rotate() is True
    assert [key["kid"] for key in Keyring(tmp_path / "keys", clock).published()["keys"]] == [second]


def test_two_processes_share_their_keys(tmp_path: Path) -> None:
    one, two = Keyring(tmp_path / "keys"), Keyring(tmp_path / "keys")
    assert one.published() == two.published()
    assert one.successor("x") == two.successor("x") != one.successor("y")


def test_production_does_not_start_without_keys() -> None:
    from services.auth import api

    url = SecretStr("postgresql+psycopg://u:a-real-one-7731@h/d")
    settings = Settings(environment="production", database_url=url, **personal_keys())
    with pytest.raises(RuntimeError, match="SIGNING_KEY_DIR"):
        api.create(settings)


def test_the_password_is_argon2id_with_its_own_salt(database: Database) -> None:
    with database.session() as session:
        hashes = session.scalars(select(User.password_hash)).all()
    assert len(set(hashes)) == len(demo.PEOPLE)
    assert all((text or "").startswith("$argon2id$v=19$m=47104,t=1,p=1$") for text in hashes)
    assert not any(PASSWORD in (text or "") for text in hashes)
