"""Roles and routes speak of the same permissions: no seeded grant is a typing error, and no permission is without words."""

from __future__ import annotations

import pytest

from contracts.principal import NAMED_ONLY
from kit.http.permissions import VERBS
from services.auth.permissions import atoms
from services.auth.planned import PLANNED
from services.auth.roles import ROLES
from tests.support.permits import SERVICES, every, permits_of

PLANNED_NAMES = {(plan.service, plan.resource, verb) for plan in PLANNED for verb in plan.verbs}


def meets(atom: tuple[str, str, str], permission: tuple[str, str, str]) -> bool:
    named = ("*",) if permission[1] not in NAMED_ONLY else ()
    return atom[0] in ("*", permission[0]) and atom[1] in (*named, permission[1]) and atom[2] in ("*", permission[2])


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_every_seeded_grant_is_asked_for_by_a_route_or_planned(role: object) -> None:
    known = every() | PLANNED_NAMES
    grants = [atom for pattern in role.permissions for atom in atoms(pattern)]  # type: ignore[attr-defined]
    assert len({atom[0] for atom in grants}) > 0
    assert [":".join(atom) for atom in grants if not any(meets(atom, permission) for permission in known)] == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_every_seeded_pattern_is_one(role: object) -> None:
    assert [pattern for pattern in role.permissions if not list(atoms(pattern))] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("service", SERVICES)
def test_every_permission_has_words(service: str) -> None:
    declared = permits_of(service)
    assert [fact.resource for fact in declared.resources if fact.title == fact.resource] == []
    assert [verb for verb in declared.verbs if verb not in VERBS] == []


def test_slugs_stand_for_real_ledgers_and_libraries() -> None:
    known = every()
    assert ("ledgers", "fire-facilities", "import") in known
    assert ("documents", "laws", "download") in known
    assert not [permission for permission in known if "{" in permission[1]]


def test_a_role_of_the_business_can_be_given_to_somebody() -> None:
    """Each permission is held by some seeded role: one that nobody can hold would be a page that nobody can open."""
    grants = [atom for role in ROLES for pattern in role.permissions for atom in atoms(pattern)]
    assert [":".join(one) for one in sorted(every()) if not any(meets(atom, one) for atom in grants)] == []


def test_the_message_of_each_service_fits_on_the_bus() -> None:
    assert {
        service: len(permits_of(service).model_dump_json().encode()) < 48 * 1024 for service in SERVICES
    } == dict.fromkeys(SERVICES, True)
