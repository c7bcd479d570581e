"""People who are really signed in at a running stack, and its doors: each service's own port, and the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from contracts.principal import Principal
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


@dataclass
class World:
    """The stack's doors, and tokens of people who are really signed in."""

    own: dict[str, httpx.Client]
    gateway: httpx.Client
    tokens: dict[str, str] = field(default_factory=dict)
    principals: dict[str, Principal] = field(default_factory=dict)

    def door(self, service: str, through: str) -> httpx.Client:
        return self.own[service] if through == "own port" else self.gateway

    def ask(self, door: httpx.Client, method: str, path: str, who: str | None, **more: Any) -> httpx.Response:
        """A request of somebody, or of a forger; writes have an empty body unless `json` says another."""
        head = {"Authorization": f"Bearer {self.tokens[who]}"} if who else dict(FORGED)
        if method in ("POST", "PUT", "PATCH"):
            more.setdefault("json", {})
        return door.request(method, path, headers={**head, "X-Requested-With": "safework"}, **more)


@contextmanager
def doors(stack: Stack) -> Iterator[World]:
    """The stack with everybody signed in."""
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
