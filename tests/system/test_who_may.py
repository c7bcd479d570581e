"""Every route of every service × every kind of person, against what is declared (docs/permissions.md): on a running stack, with
tokens from a real sign-in, at the services' own ports and through the gateway.

A route that is new here needs nothing: its declaration says what to expect. A route without one does not let its service start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from contracts.principal import Principal
from deploy.docs.permissions import Rule, application, rules
from deploy.local.topology import SERVICES
from tests.system.persons import PERSONAS, World, doors
from tests.system.stack import Stack

# Who goes through the gateway as well: nobody, somebody with little, somebody with much.
AT_THE_GATEWAY = ("worker", "yunxing")

# Everything that answers somebody who is not signed in. A new one has to be written here, and be thought about.
PUBLIC = {
    "GET /healthz", "GET /readyz", "GET /metrics",
    "POST /api/auth/login", "POST /api/auth/login/second-factor", "POST /api/auth/refresh", "POST /api/auth/logout",
    "POST /api/auth/mobile/login", "POST /api/auth/mobile/login/second-factor", "POST /api/auth/mobile/refresh",
    "POST /api/auth/mobile/logout", "GET /api/auth/captcha", "GET /api/auth/jwks",
    "GET /api/ledgers/radar/calendar/{secret}.ics",
    "GET /internal/revocations", "GET /internal/principals/{user_id}",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    with doors(stack) as opened:
        yield opened


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
