"""What a principal may do and how far it reaches."""

from __future__ import annotations

from uuid import UUID

import pytest

from contracts.principal import Grant, Principal, Scope, ScopeKind
from kit.http.tokens import claims_of, principal_of
from kit.testing.identity import principal

A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("pattern", "permission", "allowed"),
    [
        ("ledgers:*:read", "ledgers:fire-facilities:read", True),
        ("ledgers:*:read", "ledgers:fire-facilities:update", False),
        ("ledgers:fire-facilities,laws:read,export", "ledgers:laws:export", True),
        ("ledgers:fire-facilities:*", "ledgers:laws:read", False),
        ("*:audit:read", "documents:audit:read", True),
        ("documents:*:*", "ledgers:laws:read", False),
        ("ledgers:*:*", "ledgers:personal:read", False),
        ("ledgers:*,personal:*", "ledgers:personal:read", True),
        ("*:personal:read", "auth:personal:read", True),
    ],
)
def test_patterns(pattern: str, permission: str, allowed: bool) -> None:
    assert principal(pattern).may(permission) is allowed


def scope(kind: ScopeKind, *ids: UUID) -> Scope:
    return Scope(kind=kind, department_ids=ids)


def test_scopes_add_up() -> None:
    subtree, chosen, own = scope(ScopeKind.SUBTREE, A), scope(ScopeKind.CHOSEN, B), scope(ScopeKind.OWN)
    assert Scope.union([subtree, scope(ScopeKind.COMPANY), own]) == scope(ScopeKind.COMPANY)
    assert Scope.union([subtree, scope(ScopeKind.SUBTREE, B, A)]) == scope(ScopeKind.SUBTREE, A, B)
    both = Scope.union([chosen, own, subtree])
    assert (both.kind, both.department_ids, both.also) == (ScopeKind.SUBTREE, (A,), (chosen, own))
    assert Scope.union([both, chosen]) == both
    assert Scope.union([]) == own


def test_a_permission_reaches_as_far_as_the_roles_that_give_it() -> None:
    everywhere, here = scope(ScopeKind.COMPANY), scope(ScopeKind.SUBTREE, A)
    who = principal("ledgers:*:read", "ledgers:*:update").model_copy(
        update={
            "scope": Scope.union([everywhere, here]),
            "grants": (
                Grant(permissions=("ledgers:*:read",), scope=everywhere),
                Grant(permissions=("ledgers:*:read", "ledgers:*:update"), scope=here),
            ),
        }
    )
    assert who.narrowed("ledgers:laws:read").scope == everywhere
    assert who.narrowed("ledgers:laws:update").scope == here
    assert who.narrowed("ledgers:laws:delete").scope == scope(ScopeKind.OWN)
    assert who.may("ledgers:laws:update")


def test_a_token_carries_a_principal_whole() -> None:
    deep = Scope.union([scope(ScopeKind.SUBTREE, A), scope(ScopeKind.CHOSEN, B), scope(ScopeKind.OWN)])
    who: Principal = principal("a:b:c", roles=("worker",), department_id=A).model_copy(
        update={"scope": deep, "grants": (Grant(permissions=("a:b:c",), scope=deep),), "version": 7}
    )
    assert principal_of(claims_of(who)) == who


def test_a_copy_with_other_permissions_answers_by_its_own() -> None:
    who = principal("documents:attachments:read")
    assert who.may("documents:attachments:read") and not who.may("documents:attachments:upload")
    acting = who.model_copy(update={"permissions": ("documents:attachments:upload",)})
    assert acting.may("documents:attachments:upload") and not acting.may("documents:attachments:read")
    assert not who.may("documents:attachments:upload"), "what somebody else may do is not remembered for this one"
