"""Who makes a request: the content of an access token, after its signature has been verified."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class ScopeKind(StrEnum):
    """Which rows a role reaches (domain.md 1.1)."""

    COMPANY = "company"  # 全公司
    SUBTREE = "subtree"  # 本单位及下级
    DEPARTMENT = "department"  # 本单位
    OWN = "own"  # 本人
    CHOSEN = "chosen"  # 指定单位


class Scope(BaseModel):
    """The data scope of a principal: a kind, and the departments that it is anchored at."""

    model_config = ConfigDict(frozen=True)

    kind: ScopeKind
    department_ids: tuple[UUID, ...] = ()


# Resources that `*` does not cover: who may see whole identity numbers has to be granted by name.
NAMED_ONLY = frozenset({"personal"})


class Principal(BaseModel):
    """The person behind a request. `permissions` are grant patterns `service:resource[,resource]:verb[,verb]`,
    where `*` stands for every resource (but for NAMED_ONLY) or verb."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    username: str
    name: str
    session_id: UUID
    department_id: UUID | None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    scope: Scope
    version: int = 0

    @cached_property
    def _grants(self) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
        grants = []
        for pattern in self.permissions:
            service, resources, verbs = pattern.split(":")
            grants.append((service, frozenset(resources.split(",")), frozenset(verbs.split(","))))
        return tuple(grants)

    def may(self, permission: str) -> bool:
        """Whether one of the grants covers `permission` (`service:resource:verb`, no wildcards)."""
        service, resource, verb = permission.split(":")
        return any(
            granted in (service, "*")
            and not resources.isdisjoint((resource, "*"))
            and not verbs.isdisjoint((verb, "*"))
            for granted, resources, verbs in self._grants
        )
