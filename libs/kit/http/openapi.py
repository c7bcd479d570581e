"""What every route's documentation says alike: who may call it, and the one shape of all its refusals.

FastAPI documents its own validation error, which no service answers with: kit.http.problems turns it into a Problem."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from contracts.problem import Problem
from kit.http.principal import access_of, routes_of

_REF = "#/components/schemas/{model}"
_PROBLEM = {
    "description": "没有做成：`code` 是稳定的英文代码，`title` 和 `detail` 是给人看的中文",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
}
_UNUSED = ("HTTPValidationError", "ValidationError")


def operation_id(route: APIRoute) -> str:
    """A route's name for generated clients: what it does and where. Two routers may well have a function of one name."""
    return re.sub(
        r"\W+", "_", f"{min(route.methods or {'GET'}).lower()}_{route.path_format.removeprefix('/api/')}"
    ).strip("_")


def install(app: FastAPI) -> None:
    """Completes the application's OpenAPI, once, when it is first asked for."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(app, plain())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]


def _complete(app: FastAPI, document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, made = models_json_schema([(Problem, "serialization")], ref_template=_REF)
    schemas.update(made["$defs"])
    for name in _UNUSED:
        schemas.pop(name, None)
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in routes_of(app):
        kind, text = access_of(route) or ("", "")
        for method in route.methods or ():
            operation = document["paths"].get(str(route.path_format), {}).get(method.lower())
            if operation is None:
                continue
            answers = {code: answer for code, answer in operation["responses"].items() if code < "4"}
            operation["responses"] = {**answers, "default": _PROBLEM}
            operation["security"] = [] if kind == "public" else [{"bearer": []}]
            if kind == "require":
                operation["x-permission"] = text
