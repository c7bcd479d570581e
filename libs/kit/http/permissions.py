"""What there is to permit in a service: derived from what its routes declare, so that no list of permissions is typed twice.

A route says `require("service:{slug}:read")`; the service says beside it which names `{slug}` stands for and what they are
called. The list is published at GET /api/{service}/_permissions, and told to the identity service (`declare`), which keeps
the union of all services for the page of roles and checks every grant against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import Session

from contracts.events import PermissionsDeclared, ResourceFact
from kit.bus import emit
from kit.http.principal import access_of, require, routes_of

# The vocabulary of functions (domain.md 1.4): what a verb is called, in the order in which pages show them.
VERBS: Mapping[str, str] = {
    "read": "查看",
    "create": "新建",
    "update": "修改",
    "delete": "删除",
    "import": "导入",
    "export": "导出",
    "upload": "上传文件",
    "folder": "新建文件夹",
    "download": "下载",
    "rename": "重命名",
    "remark": "备注",
    "share": "分享",
    "warn": "设置预警",
    "publish": "发布",
    "approve": "审批",
    "sign": "签字",
    "rectify": "整改反馈",
    "supervise": "会议督办",
    "fill": "填报",
    "check": "核验",
    "confirm": "确认",
}

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Permits:
    """What a service declares beside its routes: `titles` of resources, `names` that a path parameter stands for, and the
    permissions that are asked for `in_code`, behind a route that cannot know them (a row decides)."""

    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    in_code: Collection[str] = ()


def expanded(permission: str, names: Mapping[str, Collection[str]]) -> Iterator[str]:
    """A declared permission with every name that its parameters stand for; a parameter that nobody explained is an error,
    for what it permits could not be granted."""
    parameters = _PARAMETER.findall(permission)
    unknown = [name for name in parameters if name not in names]
    if unknown:
        raise RuntimeError(f"{permission}: nobody says what {{{unknown[0]}}} stands for (Permits.names)")
    for chosen in product(*(names[name] for name in parameters)):
        words = dict(zip(parameters, chosen, strict=True))
        yield _PARAMETER.sub(lambda match, words=words: words[match.group(1)], permission)  # type: ignore[misc]


def declared(app: FastAPI) -> PermissionsDeclared:
    """Everything there is to permit in this application, resources by name and verbs in the order of the vocabulary.
    A resource without a title of its own is called by the tag of its routes."""
    permits: Permits = app.state.permits
    service: str = app.state.settings.service
    verbs: dict[str, set[str]] = {}
    tags: dict[str, str] = {}
    sources = [(permission, "") for permission in permits.in_code]
    for route in routes_of(app):
        access = access_of(route)
        if access is not None and access[0] == "require":
            original = route.original_route
            named = [str(tag) for tag in (*getattr(route, "tags", ()), *getattr(original, "tags", ()))]
            sources.append((access[1], named[0] if named else ""))
    for permission, tag in sources:
        for each in expanded(permission, permits.names):
            owner, resource, verb = each.split(":")
            if owner != service:
                # Another service's permission opens this route (`_permissions` itself): its owner publishes it.
                continue
            verbs.setdefault(resource, set()).add(verb)
            tags.setdefault(resource, tag)
    order = {verb: place for place, verb in enumerate(VERBS)}
    return PermissionsDeclared(
        service=service,
        title=app.title,
        resources=tuple(
            ResourceFact(
                resource=resource,
                title=permits.titles.get(resource) or tags[resource] or resource,
                verbs=tuple(sorted(verbs[resource], key=lambda verb: (order.get(verb, len(order)), verb))),
            )
            for resource in sorted(verbs)
        ),
        verbs={verb: VERBS.get(verb, verb) for verb in sorted({verb for group in verbs.values() for verb in group})},
    )


def declare(session: Session, app: FastAPI) -> None:
    """Tells the identity service. Called when a service is seeded; repeating it changes nothing."""
    event = declared(app)
    emit(session, event, aggregate=f"permissions:{event.service}")


def router(service: str, app: FastAPI) -> APIRouter:
    """GET /api/{service}/_permissions, for those who may read roles."""
    routes = APIRouter(prefix=f"/api/{service}", tags=["权限目录"])

    @routes.get(
        "/_permissions",
        name=f"{service}_permissions",
        summary="本服务的权限目录",
        dependencies=[require("auth:roles:read")],
    )
    def list_permissions() -> PermissionsDeclared:
        return declared(app)

    return routes
