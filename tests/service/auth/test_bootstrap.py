"""The first people of a real installation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kit.db import Database, now
from kit.errors import AppError
from services.auth import api, bootstrap
from services.auth.seed import seed
from services.auth.settings import Settings
from tests.service.auth.conftest import Browser


def test_three_administrators_with_one_time_passwords(
    service_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings: Settings = service_settings(Settings, signing_key_dir=tmp_path / "keys")
    database = Database(settings)
    try:
        with pytest.raises(AppError, match="seed"), database.transaction() as session:
            bootstrap.first_administrators(session, code="RQ", name="某某燃气", at=now())
        seed(settings)
        with database.transaction() as session:
            secrets = bootstrap.first_administrators(session, code="RQ", name="某某燃气", at=now())
        assert list(secrets) == ["sysadmin", "secadmin", "auditor"]
        with pytest.raises(AppError, match="已有管理员"), database.transaction() as session:
            bootstrap.first_administrators(session, code="RQ", name="某某燃气", at=now())

        app = api.create(settings)
        with TestClient(app):
            administrator = Browser(TestClient(app))
            answer = administrator.login("secadmin", secrets["secadmin"])
            assert answer.json()["user"]["must_change_password"] is True
            assert answer.json()["user"]["department"]["name"] == "某某燃气"
            changed = administrator.request(
                "POST",
                "/api/auth/password",
                json={"current_password": secrets["secadmin"], "new_password": "Kletter-Rose-88!"},
            )
            administrator.token = changed.json()["access_token"]
            assert administrator.get("/api/auth/users").json()["total"] == 3

            with database.transaction() as session:
                secret = bootstrap.reset(session, "auditor", at=now())
            assert Browser(TestClient(app)).login("auditor", secrets["auditor"]).status_code == 401
            assert Browser(TestClient(app)).login("auditor", secret).status_code == 200
    finally:
        database.close()
