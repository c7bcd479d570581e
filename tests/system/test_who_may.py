"""Every route of every service × every kind of person, against what is declared (docs/permissions.md): on a running stack, with
tokens from a real sign-in, at the services' own ports and through the gateway.

A route that is new here needs nothing: its declaration says what to expect. A route without one does not let its service start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from contracts.principal import Principal
from deploy.docs.permissions import Rule, application, rules
from deploy.local.ports import load
from deploy.local.topology import SERVICES
from tests import company
from tests.system.stack import Stack

# What a client that forges identity would send; nobody may read it.
FORGED = {
    "X-User-Id": str(uuid4()),
    "X-User-Name": "safety",
    "X-Roles": "safety_management",
    "X-Auth-Request-User": "safety",
}

PERSONAS = ("worker", "yunxing", "gongcheng", "leader", "safety", "sysadmin", "secadmin", "auditor")
# Who goes through the gateway as well: nobody, somebody with little, somebody with much.
AT_THE_GATEWAY = ("worker", "yunxing")

# Everything that answers somebody who is not signed in. A new one has to be written here, and be thought about.
PUBLIC = {
    "GET /healthz", "GET /readyz", "GET /metrics",
    "POST /api/auth/login", "POST /api/auth/login/second-factor", "POST /api/auth/refresh", "POST /api/auth/logout",
    "POST /api/auth/mobile/login", "POST /api/auth/mobile/login/second-factor", "POST /api/auth/mobile/refresh",
    "POST /api/auth/mobile/logout", "GET /api/auth/captcha", "GET /api/auth/jwks",
    "GET /internal/revocations",
}  # fmt: skip


@dataclass
class World:
    """The stack's doors, and tokens of people who are really signed in."""

    own: dict[str, httpx.Client]
    gateway: httpx.Client
    tokens: dict[str, str] = field(default_factory=dict)
    principals: dict[str, Principal] = field(default_factory=dict)

    def door(self, service: str, through: str) -> httpx.Client:
        return self.own[service] if through == "own port" else self.gateway

    def ask(self, door: httpx.Client, method: str, path: str, who: str | None) -> httpx.Response:
        head = {"Authorization": f"Bearer {self.tokens[who]}"} if who else dict(FORGED)
        body = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
        return door.request(method, path, headers={**head, "X-Requested-With": "safework"}, **body)


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    ports = load(stack.layout)
    options = {"trust_env": False, "timeout": 60.0}
    own = {name: httpx.Client(base_url=f"http://127.0.0.1:{ports[f'{name}_api']}", **options) for name in SERVICES}
    made = World(own, httpx.Client(base_url=stack.url, **options))
    try:
        yield signed_in(made, stack.password)
    finally:
        for client in (*own.values(), made.gateway):
            client.close()


def signed_in(made: World, password: str) -> World:
    """With a token of everybody."""
    for who in PERSONAS:
        answer = made.gateway.post("/api/auth/login", json={"username": who, "password": password})
        assert answer.status_code == 200, answer.text
        made.tokens[who] = answer.json()["access_token"]
        made.principals[who] = company.principal(who)
    return made


def filled(rule: Rule) -> list[tuple[str, str]]:
    """Paths to ask for, each with the permission that it needs: names stand for themselves, ids for nothing that exists."""
    permits = application(rule.service).state.permits.names
    found = [(rule.path, rule.text)]
    for name in re.findall(r"\{(\w+)(?::\w+)?\}", rule.path):
        # One name is as good as another where the same declaration covers them: the first and the last are asked for.
        values = sorted(permits[name]) if f"{{{name}}}" in rule.text else [str(uuid4())]
        found = [
            (re.sub(rf"\{{{name}(?::\w+)?\}}", value, path), text.replace(f"{{{name}}}", value))
            for path, text in found
            for value in dict.fromkeys((values[0], values[-1]))
        ]
    return found


def expected(rule: Rule, permission: str, principal: Principal | None) -> str:
    """401, 403 or through."""
    if rule.kind == "public":
        return "through"
    if principal is None:
        return "401"
    return "403" if rule.kind == "require" and not principal.may(permission) else "through"


def outcome(answer: httpx.Response) -> str:
    """What came of it. A 403 for another reason than a missing permission is a way through this door."""
    if answer.status_code == 401:
        return "401"
    if answer.status_code == 403:
        return "403" if answer.json().get("code") == "permission_missing" else "through"
    return f"{answer.status_code}" if answer.status_code >= 500 and answer.status_code != 503 else "through"


def test_what_is_public_is_known_by_name() -> None:
    assert {f"{rule.method} {rule.path}" for rule in rules() if rule.kind == "public"} == PUBLIC


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_answers_each_person_as_declared(world: World, service: str) -> None:
    wrong, asked = [], 0
    for rule in (rule for rule in rules() if rule.service == service):
        if rule.kind == "public":
            continue
        for path, permission in filled(rule):
            for who in (None, *PERSONAS):
                want = expected(rule, permission, world.principals[who] if who else None)
                doors = ["own port"]
                if rule.path.startswith("/api/") and (who is None or who in AT_THE_GATEWAY):
                    doors.append("gateway")
                for through in doors:
                    answer = world.ask(world.door(service, through), rule.method, path, who)
                    asked += 1
                    if outcome(answer) != want:
                        wrong.append(
                            f"{rule.method} {path} as {who} at the {through}: {answer.status_code}, not {want}"
                        )
    assert not wrong, "\n".join(wrong)
    assert asked > 50


def test_the_insides_are_not_behind_the_gateway(world: World) -> None:
    for rule in rules():
        if not rule.path.startswith("/api/"):
            assert world.ask(world.gateway, rule.method, rule.path, "safety").status_code == 404, rule.path
