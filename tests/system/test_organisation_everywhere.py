"""A change of the organisation is known to every service within two seconds, by the real bus."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from deploy.local.topology import SERVICES
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(400)
SECONDS = 2.0
TIMES = 3


def test_departments_and_people_reach_every_service_within_two_seconds(stack: Stack) -> None:
    copies = [psycopg.connect(stack.env(service)["SAFEWORK_DATABASE_URL"].replace("+psycopg", ""), autocommit=True)
              for service in SERVICES]  # fmt: skip
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=30) as http:
        head = signed_in(http, stack, "sysadmin")
        rows = {row["code"]: row for row in http.get("/api/auth/departments", headers=head).json()["items"]}
        tag = uuid4().hex[:6].upper()
        new = {"code": f"T{tag}", "name": f"试验班{tag}", "kind": "team", "parent_id": rows["KF"]["id"]}
        row = http.post("/api/auth/departments", json=new, headers=head).json()

        def rename(text: str) -> None:
            nonlocal row
            body = {key: row[key] for key in ("code", "kind", "parent_id", "sort", "version")} | {"name": text}
            answer = http.put(f"/api/auth/departments/{row['id']}", json=body, headers=head)
            assert answer.status_code == 200, answer.text
            row = answer.json()

        department = "SELECT name FROM directory_department WHERE id = %s"
        taken = [measured(copies, department, row["id"], f"试验班{tag}{n}", rename) for n in range(TIMES)]
        assert median(taken) < SECONDS, taken

        security = signed_in(http, stack, "secadmin")
        person = {"name": f"试验员{tag}", "department_id": row["id"], "username": None}
        made = http.post("/api/auth/users", json=person, headers=security).json()["user"]

        def change(text: str) -> None:
            nonlocal made
            body = {"name": text, "department_id": row["id"], "version": made["version"]}
            answer = http.put(f"/api/auth/users/{made['id']}", json=body, headers=security)
            assert answer.status_code == 200, answer.text
            made = answer.json()

        name = "SELECT name FROM directory_person WHERE id = %s"
        taken = [measured(copies, name, made["id"], f"试验员{tag}{n}", change) for n in range(TIMES)]
        assert median(taken) < SECONDS, taken
        # The stack is shared: what was made here is out of others' way.
        leaves = {"version": made["version"], "reason": "试验结束"}
        assert http.post(f"/api/auth/users/{made['id']}/disable", json=leaves, headers=security).status_code == 200
        closed = http.post(f"/api/auth/departments/{row['id']}/close", json={"version": row["version"]}, headers=head)
        assert closed.status_code == 200, closed.text
    for copy in copies:
        copy.close()


def signed_in(http: httpx.Client, stack: Stack, username: str) -> dict[str, str]:
    answer = http.post("/api/auth/login", json={"username": username, "password": stack.password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def measured(
    copies: list[psycopg.Connection[Any]], query: Any, id_: str, text: str, change: Callable[[str], None]
) -> float:
    """Seconds from the request until the last of the five services knows."""
    begun = time.monotonic()
    change(text)
    while True:
        found = [copy.execute(query, (id_,)).fetchone() for copy in copies]
        if all(row is not None and row[0] == text for row in found):
            return time.monotonic() - begun
        assert time.monotonic() < begun + 30, f"not everywhere after 30 s: {found}"
        time.sleep(0.02)
