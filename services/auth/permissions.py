"""The union of what the services permit: what a role's grants are checked against, and what the page of roles offers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.events import PermissionsDeclared
from contracts.principal import NAMED_ONLY
from kit.errors import FieldError, Invalid
from services.auth.models import Base
from services.auth.planned import PLANNED

# service:resource[,resource]:verb[,verb]; `*` stands for every resource or verb, of one service only.
_PATTERN = re.compile(
    r"([a-z]+|\*):((?:[a-z0-9][a-z0-9_-]*|\*)(?:,(?:[a-z0-9][a-z0-9_-]*|\*))*):((?:[a-z]+|\*)(?:,(?:[a-z]+|\*))*)"
)

# What a role of the business may hold of the identity service. Everything else in it is the office of one of the three
# administrators, and so is the audit trail of every service (reliability.md 3.2, 三员分立).
BUSINESS_MAY = frozenset(
    {("auth", "users", "read"), ("auth", "departments", "read"), ("auth", "dictionaries", "read"), ("auth", "personal", "read")}
)  # fmt: skip

Atom = tuple[str, str, str]


class ServicePermissions(Base):
    """The newest list of one service, as it declared it."""

    __tablename__ = "service_permissions"

    service: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    resources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    verbs: Mapped[dict[str, str]] = mapped_column(JSONB)
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that can be permitted, with the words for it. `planned` ones are granted already and asked for by no route
    yet."""

    service: str
    resource: str
    verb: str
    service_title: str
    resource_title: str
    verb_title: str
    planned: bool = False

    @property
    def name(self) -> str:
        """`service:resource:verb`."""
        return f"{self.service}:{self.resource}:{self.verb}"


def take_declaration(session: Session, event: PermissionsDeclared) -> None:
    """Keeps a service's list in place of its former one."""
    values = {
        "title": event.title,
        "resources": [fact.model_dump(mode="json") for fact in event.resources],
        "verbs": event.verbs,
    }
    statement = insert(ServicePermissions).values(service=event.service, **values)
    session.execute(
        statement.on_conflict_do_update(index_elements=["service"], set_={**values, "declared_at": func.now()})
    )


def every(session: Session) -> list[Permission]:
    """Everything there is to permit, what is planned after what exists."""
    found: dict[str, Permission] = {}
    titles: dict[str, str] = {}
    words: dict[str, str] = {}
    for row in session.scalars(select(ServicePermissions).order_by(ServicePermissions.service)):
        titles[row.service] = row.title
        words |= row.verbs
        for fact in row.resources:
            for verb in fact["verbs"]:
                one = Permission(
                    row.service, fact["resource"], verb, row.title, fact["title"], row.verbs.get(verb, verb)
                )
                found[one.name] = one
    for plan in PLANNED:
        for verb, word in plan.verbs.items():
            one = Permission(
                plan.service, plan.resource, verb, titles.get(plan.service, plan.service), plan.title,
                words.get(verb, word), planned=True,
            )  # fmt: skip
            found.setdefault(one.name, one)
    return list(found.values())


def atoms(pattern: str) -> Iterator[Atom]:
    """The single grants that a pattern stands for; nothing for what is no pattern."""
    match = _PATTERN.fullmatch(pattern)
    if match is not None:
        service, resources, verbs = match.groups()
        for resource in dict.fromkeys(resources.split(",")):
            for verb in dict.fromkeys(verbs.split(",")):
                yield service, resource, verb


def meets(atom: Atom, permission: Permission) -> bool:
    """Whether a grant covers a permission; a `*` does not cover the resources that have to be named."""
    service, resource, verb = atom
    return (
        service in ("*", permission.service)
        and (resource == permission.resource or (resource == "*" and permission.resource not in NAMED_ONLY))
        and verb in ("*", permission.verb)
    )


def covered(patterns: Iterable[str], known: Sequence[Permission]) -> list[Permission]:
    """What a role with these grants may do, of everything there is."""
    grants = [atom for pattern in patterns for atom in atoms(pattern)]
    return [permission for permission in known if any(meets(atom, permission) for atom in grants)]


def check(session: Session, patterns: Sequence[str]) -> None:
    """Refuses grants that no service answers to, and those that are an administrator's office."""
    known = every(session)
    errors: list[FieldError] = []
    for place, pattern in enumerate(patterns):
        loc = ("body", "permissions", place)
        parts = list(atoms(pattern))
        unknown = [part for part in parts if not any(meets(part, permission) for permission in known)]
        if not parts or unknown:
            words = "、".join(":".join(part) for part in unknown) or pattern
            errors.append(FieldError(loc, "unknown_permission", f"没有这样的权限：{words[:200]}"))
        elif any(_reserved(part) for part in parts):
            errors.append(
                FieldError(
                    loc, "reserved_permission", f"{pattern} 属于三员（系统、安全、审计管理员）的职责，不能授予业务角色"
                )
            )
    if errors:
        raise Invalid("；".join(error.message for error in errors[:5]), errors=errors)


def _reserved(atom: Atom) -> bool:
    service, resource, _ = atom
    return service == "*" or resource == "audit" or (service == "auth" and atom not in BUSINESS_MAY)


def catalogue(session: Session) -> list[dict[str, Any]]:
    """Services with their resources and verbs, for the matrix of the page."""
    services: dict[str, dict[str, Any]] = {}
    for one in every(session):
        entry = services.setdefault(
            one.service, {"service": one.service, "title": one.service_title, "verbs": {}, "resources": {}}
        )
        entry["verbs"][one.verb] = one.verb_title
        resource = entry["resources"].setdefault(
            one.resource,
            {
                "resource": one.resource,
                "title": one.resource_title,
                "verbs": [],
                "planned": [],
                "named_only": one.resource in NAMED_ONLY,
            },
        )
        resource["verbs"].append(one.verb)
        if one.planned:
            resource["planned"].append(one.verb)
        business = (one.service, one.resource, one.verb)
        resource["reserved"] = resource.get("reserved", []) + ([one.verb] if _reserved(business) else [])
    return [
        {**entry, "verbs": [{"verb": verb, "title": title} for verb, title in entry["verbs"].items()],
         "resources": list(entry["resources"].values())}
        for entry in services.values()
    ]  # fmt: skip
