"""Roles: what they may give, who changes them, who may hold them, and the two people that an office needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from kit.audit import AuditLog
from kit.db import uuid7
from services.auth import seed as seeding
from services.auth.access import Role, UserRole
from services.auth.people import User
from services.auth.roleediting import SEEDS, seed_values
from services.auth.settings import Settings
from tests.service.auth.conftest import Clock
from tests.service.auth.office import Office, opened, quiet

__all__ = ["quiet"]


@pytest.fixture
def office(settings: Settings, clock: Clock) -> Iterator[Office]:
    with opened(settings, clock) as one:
        yield one


CLERK = {
    "code": "archive_clerk",
    "name": "资料员",
    "scope": "department",
    "permissions": ["documents:laws:read,download", "ledgers:fire-facilities:read"],
}


def role(office: Office, code: str) -> dict[str, Any]:
    answer = office("secadmin").get(f"/roles/{code}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def body(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    keys = ("name", "description", "scope", "permissions", "delegable", "version")
    return {key: row[key] for key in keys} | changes


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


def test_the_catalogue_is_what_the_services_declare(quiet: Office) -> None:
    services = {entry["service"]: entry for entry in quiet("secadmin").get("/permissions").json()["services"]}
    ledgers = {entry["resource"]: entry for entry in services["ledgers"]["resources"]}
    assert ledgers["fire-facilities"]["title"] == "消防设施台账"
    assert ledgers["fire-facilities"]["verbs"][:4] == ["read", "create", "update", "delete"]
    assert ledgers["personal"]["named_only"]
    words = {entry["verb"]: entry["title"] for entry in services["documents"]["verbs"]}
    assert (words["upload"], words["folder"]) == ("上传文件", "新建文件夹")
    planned = {entry["resource"]: entry["planned"] for entry in services["workflow"]["resources"]}
    assert "sign" in planned["permits"]
    assert quiet("safety").get("/permissions").status_code == 403


def test_a_role_of_ones_own_gives_what_it_says(office: Office) -> None:
    made = office("secadmin").post("/roles", CLERK)
    assert made.status_code == 201, made.text
    assert (made.json()["seeded"], made.json()["holders"]) == (False, 0)
    granted = office("secadmin").post("/roles/archive_clerk/holders", {"user_id": office("worker").id})
    assert granted.status_code == 200, granted.text
    principal = office("worker").principal
    assert principal.may("documents:laws:download") and principal.may("ledgers:fire-facilities:read")
    assert not principal.may("documents:laws:upload")
    holders = office("secadmin").get("/roles/archive_clerk/holders").json()
    assert [entry["user"]["username"] for entry in holders["items"]] == ["worker"]
    assert role(office, "archive_clerk")["holders"] == 1
    gone = office("secadmin").send("DELETE", f"/roles/archive_clerk/holders/{office('worker').id}")
    assert gone.status_code == 200
    assert "archive_clerk" not in office("worker").principal.roles
    again = office("secadmin").send("DELETE", f"/roles/archive_clerk/holders/{office('worker').id}")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_change")


@pytest.mark.parametrize(
    ("patterns", "code", "word"),
    [
        (["ledgers:fire-facilitys:read"], "unknown_permission", "ledgers:fire-facilitys:read"),
        (["ledgers:fire-facilities:reed"], "unknown_permission", "ledgers:fire-facilities:reed"),
        (["documents:laws:read", "ledger:*:read"], "unknown_permission", "ledger:*:read"),
        (["anything"], "unknown_permission", "anything"),
        (["ledgers:fire-facilities"], "unknown_permission", "ledgers:fire-facilities"),
        (["auth:roles:update"], "reserved_permission", "auth:roles:update"),
        (["auth:*:read"], "reserved_permission", "auth:*:read"),
        (["auth:users:*"], "reserved_permission", "auth:users:*"),
        (["*:*:*"], "reserved_permission", "*:*:*"),
    ],
)
def test_a_grant_that_nothing_answers_to_or_that_is_an_office_is_refused(
    quiet: Office, patterns: list[str], code: str, word: str
) -> None:
    answer = quiet("secadmin").post("/roles", CLERK | {"permissions": patterns})
    assert (answer.status_code, codes(answer)) == (422, [code])
    assert word in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["loc"] == ["body", "permissions", len(patterns) - 1]


def test_a_business_permission_is_granted_without_holding_it(office: Office) -> None:
    """Whoever gives roles need not hold what they give: that is their office, and business data is not."""
    assert not office("secadmin").principal.may("ledgers:fire-facilities:update")
    assert office("secadmin").post("/roles", CLERK | {"permissions": ["ledgers:*:update"]}).status_code == 201


def test_a_change_is_audited_before_and_after_and_by_version(office: Office) -> None:
    before = role(office, "leader")
    answer = office("secadmin").send(
        "PUT", "/roles/leader", json=body(before, name="公司领导", permissions=["ledgers:*:read"])
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["customised"], answer.json()["version"]) == (True, before["version"] + 1)
    assert not office("leader").principal.may("ledgers:fire-facilities:export")
    stale = office("secadmin").send("PUT", "/roles/leader", json=body(before, name="别的"))
    assert (stale.status_code, stale.json()["current"]["name"]) == (409, "公司领导")
    with office.database.session() as session:
        row = session.scalars(
            select(AuditLog).where(AuditLog.object_type == "role", AuditLog.object_id == "leader")
        ).one()
    assert (row.username, row.action) == ("secadmin", "update")
    assert (row.before or {})["name"] == "分管领导" and (row.after or {})["name"] == "公司领导"
    assert "ledgers:*:read,export" in (row.before or {})["permissions"]


def test_a_holders_tokens_are_outdated_by_a_change(office: Office) -> None:
    before = office("leader").principal.version
    office("secadmin").send("PUT", "/roles/leader", json=body(role(office, "leader"), scope="own"))
    assert office("leader").principal.version == before + 1
    assert office("leader").principal.scope.kind == "own"
    feed = office.client.get("/internal/revocations").json()
    assert feed["users"][office("leader").id] == before + 1


def test_an_upgrade_leaves_a_changed_role_alone_until_it_is_reset(office: Office) -> None:
    office("secadmin").send("PUT", "/roles/leader", json=body(role(office, "leader"), name="公司领导"))
    with office.database.transaction() as session:
        session.execute(update(Role).where(Role.code == "worker").values(description="旧版本的说明"))
        seeding.seed_roles(session)
    assert role(office, "leader")["name"] == "公司领导"
    assert role(office, "worker")["description"] == SEEDS["worker"].description
    now = role(office, "leader")
    reset = office("secadmin").post(f"/roles/leader/reset?version={now['version']}")
    assert reset.status_code == 200, reset.text
    assert {key: reset.json()[key] for key in seed_values(SEEDS["leader"])} == seed_values(SEEDS["leader"])
    assert not reset.json()["customised"]
    own = office("secadmin").post("/roles", CLERK).json()
    assert (
        office("secadmin").post(f"/roles/archive_clerk/reset?version={own['version']}").json()["code"] == "not_seeded"
    )


def test_a_seed_whose_name_the_company_uses_comes_all_the_same(office: Office) -> None:
    with office.database.transaction() as session:
        session.execute(text("DELETE FROM role WHERE code = 'guardian'"))
    office("secadmin").post("/roles", CLERK | {"name": "监护人"})
    with office.database.transaction() as session:
        seeding.seed_roles(session)
    assert role(office, "guardian")["name"] == "监护人（guardian）"


def test_a_retired_role_gives_nothing_and_comes_back(office: Office) -> None:
    version = role(office, "leader")["version"]
    before = office("leader").principal.version
    retired = office("secadmin").post(f"/roles/leader/retire?version={version}")
    assert retired.status_code == 200 and retired.json()["retired_at"]
    assert office("leader").principal.permissions == ()
    assert office("leader").principal.version > before
    refused = office("secadmin").post("/roles/leader/holders", {"user_id": office("worker").id})
    assert (refused.status_code, codes(refused)) == (422, ["retired"])
    back = office("secadmin").post(f"/roles/leader/restore?version={retired.json()['version']}")
    assert back.json()["retired_at"] is None
    assert office("leader").principal.may("ledgers:fire-facilities:read")


@pytest.mark.parametrize("code", ["system_maintainer", "security_admin", "audit_admin"])
def test_dengbao_the_three_offices_are_fixed(quiet: Office, code: str) -> None:
    now = role(quiet, code)
    for method, path, more in (
        ("PUT", f"/roles/{code}", {"json": body(now, permissions=["ledgers:*:read"])}),
        ("POST", f"/roles/{code}/reset?version={now['version']}", {}),
        ("POST", f"/roles/{code}/retire?version={now['version']}", {}),
    ):
        answer = quiet("secadmin").send(method, path, **more)
        assert (answer.status_code, answer.json()["code"]) == (403, "administrator_role_fixed")
    assert role(quiet, code) == now


def test_dengbao_no_account_holds_two_offices_whoever_writes(quiet: Office) -> None:
    with quiet.database.session() as session:
        auditor = session.scalars(select(User).where(User.username == "auditor")).unique().one()
        session.add(UserRole(id=uuid7(), user_id=auditor.id, role="security_admin", administrator="security"))
        with pytest.raises(IntegrityError, match="uq_user_role_one_administrator"):
            session.flush()
        session.rollback()
        # Nor under a false flag: the kind is the role's own.
        session.add(UserRole(id=uuid7(), user_id=auditor.id, role="security_admin", administrator="none"))
        with pytest.raises(IntegrityError, match="fk_user_role"):
            session.flush()


def test_dengbao_an_office_needs_a_second_administrator(office: Office) -> None:
    worker = office("worker").id
    alone = office("secadmin").post("/roles/audit_admin/holders", {"user_id": worker})
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person_needed")
    wish = {"user_id": worker, "role": "audit_admin", "action": "grant", "reason": "审计管理员休假，增设一名"}
    asked = office("secadmin").post("/role-requests", wish)
    assert asked.status_code == 201, asked.text
    request = asked.json()["id"]
    assert office("secadmin").post("/role-requests", wish).json()["code"] == "already_requested"
    own = office("secadmin").post(f"/role-requests/{request}/approve", {})
    assert (own.status_code, own.json()["code"]) == (403, "second_person_needed")
    assert office("safety").post(f"/role-requests/{request}/approve", {}).status_code == 403
    assert "audit_admin" not in office("worker").principal.roles
    done = office("sysadmin").post(f"/role-requests/{request}/approve", {"remark": "同意"})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert "audit_admin" in office("worker").principal.roles
    twice = office("auditor").post(f"/role-requests/{request}/approve", {})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_decided")
    # Taking it away needs two as well.
    gone = office("secadmin").send("DELETE", f"/roles/audit_admin/holders/{worker}")
    assert gone.json()["code"] == "second_person_needed"
    removal = office("secadmin").post("/role-requests", wish | {"action": "remove"}).json()["id"]
    assert office("auditor").post(f"/role-requests/{removal}/approve", {}).status_code == 200
    assert "audit_admin" not in office("worker").principal.roles
    with office.database.session() as session:
        actions = session.scalars(select(AuditLog.action).where(AuditLog.object_id == worker).order_by(AuditLog.id))
        assert list(actions) == [
            "request_role", "approved_role_request", "assign_roles",
            "request_role", "approved_role_request", "assign_roles",
        ]  # fmt: skip


def test_dengbao_a_request_cannot_break_the_separation(quiet: Office) -> None:
    wish = {"user_id": quiet("auditor").id, "role": "system_maintainer", "action": "grant", "reason": "兼任"}
    answer = quiet("secadmin").post("/role-requests", wish)
    assert (answer.status_code, answer.json()["code"]) == (409, "administrators_separated")
    mine = quiet("secadmin").post("/role-requests", wish | {"user_id": quiet("secadmin").id})
    assert (mine.status_code, mine.json()["code"]) == (403, "own_account")


def test_the_person_whom_it_is_about_does_not_decide(office: Office) -> None:
    wish = {"user_id": office("sysadmin").id, "role": "system_maintainer", "action": "remove", "reason": "岗位调整"}
    request = office("secadmin").post("/role-requests", wish).json()["id"]
    answer = office("sysadmin").post(f"/role-requests/{request}/refuse", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_account")


def test_a_request_ends_by_itself_and_can_be_taken_back(office: Office, clock: Clock) -> None:
    wish = {"user_id": office("worker").id, "role": "audit_admin", "action": "grant", "reason": "增设一名"}
    request = office("secadmin").post("/role-requests", wish).json()["id"]
    clock.forward(hours=73)
    late = office("sysadmin").post(f"/role-requests/{request}/approve", {})
    assert (late.status_code, late.json()["code"]) == (409, "request_expired")
    assert [entry["state"] for entry in office("auditor").get("/role-requests").json()["items"]] == ["expired"]
    again = office("secadmin").post("/role-requests", wish).json()["id"]
    assert office("sysadmin").post(f"/role-requests/{again}/withdraw").status_code == 403
    assert office("secadmin").post(f"/role-requests/{again}/withdraw").json()["state"] == "withdrawn"


def test_the_database_wants_two_people(office: Office) -> None:
    wish = {"user_id": office("worker").id, "role": "audit_admin", "action": "grant", "reason": "增设一名"}
    office("secadmin").post("/role-requests", wish)
    with office.database.session() as session, pytest.raises(IntegrityError, match="two_people"):
        session.execute(text("UPDATE role_request SET state = 'approved', decided_by = requested_by"))


def department(office: Office, name: str) -> str:
    items = office("secadmin").get("/departments").json()["items"]
    return str(next(row["id"] for row in items if row["name"] == name))


def test_a_grant_may_choose_other_departments(office: Office) -> None:
    user = office("worker").id
    chosen = [department(office, "城北分公司"), department(office, "抢维修中心")]
    answer = office("secadmin").post("/roles/safety_officer/holders", {"user_id": user, "department_ids": chosen})
    assert answer.status_code == 200, answer.text
    grants = office("worker").principal.narrowed("ledgers:fire-facilities:update")
    assert grants.scope.kind == "subtree"
    assert [str(id_) for id_ in grants.scope.department_ids] == chosen
    fixed = office("secadmin").post("/roles/leader/holders", {"user_id": user, "department_ids": chosen})
    assert codes(fixed) == ["scope_fixed"]
    missing = office("secadmin").post(
        "/roles/safety_officer/holders", {"user_id": user, "department_ids": [str(uuid7())]}
    )
    assert codes(missing) == ["not_found"]


def test_the_scope_of_chosen_departments_needs_some(office: Office) -> None:
    office("secadmin").post("/roles", CLERK | {"scope": "chosen"})
    user = office("worker").id
    assert codes(office("secadmin").post("/roles/archive_clerk/holders", {"user_id": user})) == ["missing"]
    # A role that people hold without departments cannot become one that needs them: they would silently reach nothing.
    answer = office("secadmin").send("PUT", "/roles/worker", json=body(role(office, "worker"), scope="chosen"))
    assert (answer.status_code, codes(answer)) == (422, ["departments_missing"])


def test_what_one_person_may_do_and_why(office: Office) -> None:
    user = office("chengbei").id
    office("secadmin").post("/roles", CLERK | {"scope": "chosen"})
    grant = {
        "user_id": user,
        "department_ids": [department(office, "工程部")],
        "valid_from": "2020-01-01",
        "valid_to": "2099-12-31",
    }
    assert office("secadmin").post("/roles/archive_clerk/holders", grant).status_code == 200
    shown = office("secadmin").get(f"/users/{user}/effective-permissions").json()
    sources = [(entry["role"]["code"], entry["scope"], entry["valid_to"]) for entry in shown["sources"]]
    assert sources == [
        ("archive_clerk", {"kind": "chosen", "title": "指定单位", "departments": ["工程部"]}, "2099-12-31"),
        ("safety_officer", {"kind": "subtree", "title": "本单位及下级", "departments": ["城北分公司"]}, None),
    ]
    why = {entry["permission"]: entry for entry in shown["permissions"]}
    assert why["documents:laws:download"]["sources"] == [0, 1]
    assert why["ledgers:fire-facilities:import"]["sources"] == [1]
    assert (why["ledgers:fire-facilities:import"]["resource"], why["ledgers:fire-facilities:import"]["verb"]) == (
        "消防设施台账",
        "导入",
    )
    # It says exactly what the services would: nothing more, and of what exists nothing less.
    principal = office("chengbei").principal
    assert all(principal.may(name) for name in why)
    assert not [name for name in ("auth:roles:read", "ledgers:audit:read") if name in why or principal.may(name)]
    mine = office("chengbei").get("/me/effective-permissions").json()
    assert mine["permissions"] == shown["permissions"]
    assert office("chengbei").get(f"/users/{user}/effective-permissions").status_code == 403
    assert office("secadmin").get(f"/users/{uuid7()}/effective-permissions").status_code == 404


def test_a_star_covers_neither_personal_data_nor_the_audit_trail(office: Office) -> None:
    office("secadmin").post("/roles", CLERK | {"permissions": ["ledgers:*:*"], "scope": "company"})
    office("secadmin").post("/roles/archive_clerk/holders", {"user_id": office("worker").id})
    principal = office("worker").principal
    assert principal.may("ledgers:fire-facilities:delete")
    assert not principal.may("ledgers:personal:read") and not principal.may("ledgers:audit:read")


@pytest.mark.parametrize("username", ["sysadmin", "auditor", "safety", "leader", "worker"])
def test_only_the_security_administrator_changes_roles(quiet: Office, username: str) -> None:
    one, version = quiet(username), role(quiet, "leader")["version"]
    assert one.post("/roles", CLERK).status_code == 403
    assert one.send("PUT", "/roles/leader", json=body(role(quiet, "leader"))).status_code == 403
    assert one.post(f"/roles/leader/retire?version={version}").status_code == 403
    assert one.post("/roles/leader/holders", {"user_id": quiet("worker").id}).status_code == 403
    wish = {"user_id": quiet("worker").id, "role": "audit_admin", "action": "grant", "reason": "增设"}
    assert one.post("/role-requests", wish).status_code == 403
