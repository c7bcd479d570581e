"""Objects of the own department, of a sibling department and of the company × every kind of person × every way to reach them: in
the data scope an answer, outside it the same 404 as for what does not exist, without the permission 403. At the service's own
port and through the gateway alike."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from contracts.principal import Principal, Scope, ScopeKind
from tests import company
from tests.system.persons import PERSONAS, World, doors
from tests.system.stack import Stack

LEDGER = "fire-facilities"
PLACES = {"own": "运行管理部", "sibling": "工程部", "company": "公司安全管理部"}
DOORS = ("own port", "gateway")
MARK = uuid4().hex[:8]


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    with doors(stack) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(world: World) -> Iterator[dict[str, Any]]:
    """One row in each place, and their removal."""
    made = {}
    for place, department in PLACES.items():
        body = {
            "facility_no": f"{MARK}-{place}", "name": "灭火器", "facility_type": "extinguisher", "agent": "dry_powder",
            "dept_id": str(company.department_id(department)), "location": "门卫室", "spec": "MFZ/ABC8", "quantity": 2,
            "unit": "具", "maker": "某消防器材厂", "made_date": "2024-05-01", "keeper": "张三",
        }  # fmt: skip
        answer = world.ask(world.own["ledgers"], "POST", f"/api/ledgers/{LEDGER}", "safety", json=body)
        assert answer.status_code == 201, answer.text
        made[place] = answer.json()
    yield made
    for row in made.values():
        path = f"/api/ledgers/{LEDGER}/{row['id']}"
        now = world.ask(world.own["ledgers"], "GET", path, "safety").json()
        world.ask(world.own["ledgers"], "DELETE", f"{path}?version={now['version']}", "safety")


def covers(scope: Scope, department: str) -> bool:
    """Whether a data scope reaches the rows of a department that somebody else has made."""
    target = company.COMPANY.department(department)
    for part in (scope, *scope.also):
        anchors = {str(id_) for id_ in part.department_ids}
        if (
            part.kind is ScopeKind.COMPANY
            or (part.kind is ScopeKind.SUBTREE and anchors & set(target.path.strip("/").split("/")))
            or (part.kind in (ScopeKind.DEPARTMENT, ScopeKind.CHOSEN) and str(target.id) in anchors)
        ):
            return True
    return False


def expected(principal: Principal, permission: str, department: str) -> int:
    """403 without the permission, 404 outside the scope, else 200."""
    if not principal.may(permission):
        return 403
    return 200 if covers(principal.narrowed(permission).scope, department) else 404


# (method, the way to a row, what it needs); a change is undone by the next.
WAYS = (
    ("GET", "/api/ledgers/fire-facilities/{id}", "read"),
    ("GET", "/api/ledgers/fire-facilities/{id}/history", "read"),
    ("GET", "/api/ledgers/fire-facilities/{id}/rights", "read"),
    ("GET", "/api/documents/attachments/ledgers/fire-facilities/{id}", "read"),
    ("PUT", "/api/ledgers/fire-facilities/{id}", "update"),
    ("DELETE", "/api/ledgers/fire-facilities/{id}", "delete"),
    ("POST", "/api/ledgers/fire-facilities/{id}/restore", "delete"),
)


@pytest.mark.parametrize("through", DOORS)
@pytest.mark.parametrize("place", PLACES)
def test_a_row_is_reached_by_those_who_may(world: World, rows: dict[str, Any], place: str, through: str) -> None:
    wrong = []
    for who in PERSONAS:
        for method, way, verb in WAYS:
            want = expected(world.principals[who], f"ledgers:{LEDGER}:{verb}", PLACES[place])
            path, more = way.format(id=rows[place]["id"]), {}
            service = way.split("/")[2]
            if method in ("PUT", "DELETE"):
                version = world.ask(world.own["ledgers"], "GET", path, "safety").json()["version"]
                more = (
                    {"params": {"version": version}}
                    if method == "DELETE"
                    else {"json": {"version": version, "keeper": who}}
                )
            answer = world.ask(world.door(service, through), method, path, who, **more)
            got = 200 if answer.status_code in (200, 204) else answer.status_code
            # What was deleted by those who may is restored by them; for the others there is nothing to restore.
            if got != want and not (way.endswith("/restore") and want == got == 409):
                wrong.append(f"{method} {way} as {who}: {answer.status_code}, not {want}: {answer.text[:200]}")
            if answer.status_code == 404:
                missing = world.ask(world.door(service, through), method, way.format(id=uuid4()), who, **more)
                if {**missing.json(), "trace_id": ""} != {**answer.json(), "trace_id": ""}:
                    wrong.append(f"{method} {way} as {who}: tells that the row exists: {answer.text} {missing.text}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("through", DOORS)
def test_lists_and_exports_hold_what_may_be_seen(world: World, rows: dict[str, Any], through: str) -> None:
    door = world.door("ledgers", through)
    for who in PERSONAS:
        principal = world.principals[who]
        for verb, path in (("read", f"/api/ledgers/{LEDGER}"), ("export", f"/api/ledgers/{LEDGER}/export.xlsx")):
            answer = world.ask(door, "GET", path, who, params={"q": MARK})
            if not principal.may(f"ledgers:{LEDGER}:{verb}"):
                assert answer.status_code == 403, (who, path)
                continue
            assert answer.status_code == 200, (who, path, answer.text)
            reached = principal.narrowed(f"ledgers:{LEDGER}:{verb}").scope
            seen = {f"{MARK}-{place}" for place, department in PLACES.items() if covers(reached, department)}
            if verb == "read":
                assert {row["facility_no"] for row in answer.json()["items"]} == seen, who
                assert answer.json()["total"] == len(seen), who
            else:
                sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
                cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell}
                assert {cell for cell in cells if cell.startswith(MARK)} == seen, who


@pytest.mark.parametrize("through", DOORS)
def test_a_batch_touches_only_rows_in_reach(world: World, rows: dict[str, Any], through: str) -> None:
    def versions() -> dict[str, int]:
        path = f"/api/ledgers/{LEDGER}/{{}}"
        return {
            place: world.ask(world.own["ledgers"], "GET", path.format(row["id"]), "safety").json()["version"]
            for place, row in rows.items()
        }

    before = versions()
    body = {
        "rows": [{"id": rows[place]["id"], "version": before[place]} for place in PLACES],
        "field": "keeper",
        "value": f"李四{through}",
    }
    answer = world.ask(
        world.door("ledgers", through), "POST", f"/api/ledgers/{LEDGER}/batch-update", "yunxing", json=body
    )
    assert answer.status_code == 200, answer.text
    assert {place for place, version in versions().items() if version != before[place]} == {"own"}


def test_people_are_seen_in_the_own_department_only(world: World) -> None:
    for through in DOORS:
        door = world.door("auth", through)
        for who in PERSONAS:
            for username, department in (
                ("yunxing", "运行管理部"),
                ("gongcheng", "工程部"),
                ("safety", "公司安全管理部"),
            ):
                want = expected(world.principals[who], "auth:users:read", department)
                answer = world.ask(door, "GET", f"/api/auth/users/{company.person(username).id}", who)
                assert answer.status_code == want, (who, username, answer.text)


def test_what_is_ones_own_is_nobody_elses(world: World) -> None:
    """Views, background exports, begun uploads and sessions belong to a person, whatever others may do with the ledger."""
    own, view = world.own, str(uuid4())
    saved = {"name": f"视图{MARK}", "settings": {"q": "灭火器"}}
    assert (
        world.ask(own["ledgers"], "PUT", f"/api/ledgers/{LEDGER}/views/{view}", "yunxing", json=saved).status_code < 300
    )
    export = world.ask(own["ledgers"], "POST", f"/api/ledgers/{LEDGER}/exports", "yunxing").json()["id"]
    begun = {"name": f"{MARK}.pdf", "size": 10, "sha256": "0" * 64}
    upload = world.ask(own["documents"], "POST", "/api/documents/libraries/laws/uploads", "safety", json=begun).json()[
        "id"
    ]
    sessions = world.ask(own["auth"], "GET", "/api/auth/sessions", "yunxing").json()["items"]
    theirs = [
        ("ledgers", "DELETE", f"/api/ledgers/{LEDGER}/views/{view}", "yunxing"),
        ("ledgers", "GET", f"/api/ledgers/{LEDGER}/exports/{export}", "yunxing"),
        ("ledgers", "GET", f"/api/ledgers/{LEDGER}/exports/{export}/file", "yunxing"),
        ("ledgers", "DELETE", f"/api/ledgers/{LEDGER}/exports/{export}", "yunxing"),
        ("documents", "GET", f"/api/documents/uploads/{upload}", "safety"),
        ("documents", "DELETE", f"/api/documents/uploads/{upload}", "safety"),
        ("auth", "DELETE", f"/api/auth/sessions/{sessions[0]['id']}", "yunxing"),
    ]
    for service, method, path, owner in theirs:
        for who in ("safety", "leader", "gongcheng", "secadmin"):
            if who != owner:
                for through in DOORS:
                    answer = world.ask(world.door(service, through), method, path, who)
                    assert answer.status_code in (403, 404), (method, path, who, answer.text)
    for service, method, path, owner in theirs[:1] + theirs[4:6]:
        assert world.ask(own[service], method, path, owner).status_code < 300, path
