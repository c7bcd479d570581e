"""Who makes a request: the content of an access token, after its signature has been verified."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
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
    """The data scope of a principal: a kind, and the departments that it is anchored at. `also` lists further scopes of
    somebody who holds several roles; a row is in the scope when it is in any of them."""

    model_config = ConfigDict(frozen=True)

    kind: ScopeKind
    department_ids: tuple[UUID, ...] = ()
    also: tuple[Scope, ...] = ()

    @classmethod
    def union(cls, scopes: Iterable[Scope]) -> Scope:
        """What several scopes reach together; the scope of nobody's rows but one's own when there are none."""
        anchors: dict[ScopeKind, dict[UUID, None]] = {}
        for scope in scopes:
            for part in (scope, *scope.also):
                anchors.setdefault(part.kind, {}).update(dict.fromkeys(part.department_ids))
        if ScopeKind.COMPANY in anchors:
            return cls(kind=ScopeKind.COMPANY)
        first, *rest = [
            cls(kind=kind, department_ids=tuple(anchors[kind])) for kind in _WIDEST_FIRST if kind in anchors
        ] or [cls(kind=ScopeKind.OWN)]
        return first.model_copy(update={"also": tuple(rest)}) if rest else first


_WIDEST_FIRST = (ScopeKind.SUBTREE, ScopeKind.CHOSEN, ScopeKind.DEPARTMENT, ScopeKind.OWN)


class Grant(BaseModel):
    """What one role gives: patterns, and how far they reach."""

    model_config = ConfigDict(frozen=True)

    permissions: tuple[str, ...]
    scope: Scope


# Resources that `*` does not cover: who may see whole identity numbers, or read the audit trail, has to be granted by name.
NAMED_ONLY = frozenset({"personal", "audit"})


class Principal(BaseModel):
    """The person behind a request. `permissions` are grant patterns `service:resource[,resource]:verb[,verb]`,
    where `*` stands for every resource (but for NAMED_ONLY) or verb. `permissions` and `scope` are the sum of the roles;
    `grants` tells which reaches how far, where somebody's roles reach differently far: reading the whole company and
    writing in one department must not add up to writing in the whole company."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    username: str
    name: str
    session_id: UUID
    department_id: UUID | None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    scope: Scope
    grants: tuple[Grant, ...] = ()
    version: int = 0
    # When the person last proved who they are (seconds since 1970), and by what: `pwd`, `otp`, `hwk` (RFC 8176).
    authenticated_at: int = 0
    amr: tuple[str, ...] = ()

    @property
    def second_factor(self) -> bool:
        """Whether the session was made with two factors."""
        return "otp" in self.amr

    def may(self, permission: str) -> bool:
        """Whether one of the grants covers `permission` (`service:resource:verb`, no wildcards)."""
        return _covers(self.permissions, permission)

    def narrowed(self, permission: str) -> Principal:
        """The principal as it stands for one permission: with the data scope of those roles that give it."""
        if not self.grants:
            return self
        scopes = [grant.scope for grant in self.grants if _covers(grant.permissions, permission)]
        return self.model_copy(update={"scope": Scope.union(scopes)})


Patterns = tuple[tuple[str, frozenset[str], frozenset[str]], ...]


# Remembered beside the principal and not in it: a copy with other permissions would take the answers along.
@lru_cache(maxsize=2_000)
def _parsed(permissions: tuple[str, ...]) -> Patterns:
    patterns = []
    for pattern in permissions:
        service, resources, verbs = pattern.split(":")
        patterns.append((service, frozenset(resources.split(",")), frozenset(verbs.split(","))))
    return tuple(patterns)


@lru_cache(maxsize=10_000)
def _covers(permissions: tuple[str, ...], permission: str) -> bool:
    service, resource, verb = permission.split(":")
    names = (resource,) if resource in NAMED_ONLY else (resource, "*")
    return any(
        granted in (service, "*") and not resources.isdisjoint(names) and not verbs.isdisjoint((verb, "*"))
        for granted, resources, verbs in _parsed(permissions)
    )
