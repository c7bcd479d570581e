"""What the services really permit: read off their applications, without a database behind them."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from contracts.events import PermissionsDeclared
from kit.http.permissions import declared
from kit.testing.keys import personal_keys

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")


@cache
def application(service: str) -> FastAPI:
    """A service's application, which is looked at and never served."""
    more: dict[str, Any] = {"s3_access_key": SecretStr("x1"), "s3_secret_key": SecretStr("x2"), **personal_keys()}
    settings = importlib.import_module(f"services.{service}.settings").Settings(
        environment="embedded", database_url=SecretStr("postgresql+psycopg://nobody@127.0.0.1:1/none"), **more
    )
    app: FastAPI = importlib.import_module(f"services.{service}.api").create(settings)
    return app


@cache
def permits_of(service: str) -> PermissionsDeclared:
    """The list of one service."""
    return declared(application(service))


def every() -> set[tuple[str, str, str]]:
    """(service, resource, verb) of all services."""
    return {
        (service, fact.resource, verb)
        for service in SERVICES
        for fact in permits_of(service).resources
        for verb in fact.verbs
    }
