"""The copy of departments, people and dictionaries, and the data scope that rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.events import (
    DepartmentFact,
    DictionaryChanged,
    DictionaryDeclared,
    DictionaryItemFact,
    OrganisationChanged,
    PersonFact,
    UserChanged,
)
from contracts.principal import Principal, Scope, ScopeKind
from kit.bus.tables import Outbox, OutboxDelivery
from kit.db import Database
from kit.directory import (
    DictionaryDeclaration,
    apply_dictionary,
    apply_organisation,
    apply_users,
    declare,
    department_by_name_or_code,
    departments,
    dictionary,
    in_scope,
    item,
    people_with_role,
    scope_clause,
)
from kit.directory.tables import DirectoryDepartment, DirectoryDictionary, DirectoryPerson
from kit.testing.identity import principal
from services.reports.settings import Settings
from tests import company


@pytest.fixture
def session(service_settings: Callable[..., Settings]) -> Iterator[Session]:
    database = Database(service_settings(Settings))
    with database.session() as session:
        company.load(session)
        yield session
    database.close()


def reached(session: Session, who: Principal) -> set[str]:
    """The names of the departments in which `who` sees rows; the people table stands for any table with a department."""
    rows = select(DirectoryDepartment.name).where(scope_clause(who, DirectoryDepartment.id))
    return set(session.scalars(rows))


def test_each_scope_reaches_what_it_says(session: Session) -> None:
    north, gate = company.department_id("CB"), company.department_id("CBM")
    everything = {fact.name for fact in company.COMPANY.departments}
    assert reached(session, principal(scope="company")) == everything
    assert reached(session, principal(scope="subtree", department_id=north)) == {
        "城北分公司",
        "门站",
        "一班组",
        "二班组",
    }
    assert reached(session, principal(scope="subtree", department_id=gate)) == {"门站", "一班组", "二班组"}
    assert reached(session, principal(scope="department", department_id=north)) == {"城北分公司"}
    assert reached(session, principal(scope="chosen", department_id=gate)) == {"门站"}
    several = principal().model_copy(
        update={"scope": Scope(kind=ScopeKind.SUBTREE, department_ids=(gate, company.department_id("GC")))}
    )
    assert reached(session, several) == {"门站", "一班组", "二班组", "工程部"}


@pytest.mark.parametrize("kind", ["subtree", "department", "chosen", "own"])
def test_a_scope_anchored_nowhere_reaches_nothing(session: Session, kind: str) -> None:
    assert reached(session, principal(scope=kind)) == set()


def test_own_rows_are_those_one_created(session: Session) -> None:
    who = company.person("worker")
    mine = principal(scope="own", department_id=who.department_id, user_id=who.id)
    query = select(DirectoryPerson.username).where(
        scope_clause(mine, DirectoryPerson.department_id, DirectoryPerson.id)
    )
    assert session.scalars(query).all() == ["worker"]
    assert in_scope(session, mine, company.department_id("CN"))
    assert not in_scope(session, mine, company.department_id("GC"))


def test_in_scope_answers_for_one_department(session: Session) -> None:
    officer = company.officer("城北分公司")
    assert in_scope(session, officer, company.department_id("一班组"))
    assert not in_scope(session, officer, company.department_id("工程部"))
    assert not in_scope(session, officer, company.department_id("GS"))
    assert not in_scope(session, officer, uuid4())
    assert in_scope(session, company.leader(), company.department_id("工程部"))


def test_a_moved_department_takes_its_rows_along(session: Session) -> None:
    team, south = company.COMPANY.department("一班组"), company.COMPANY.department("城南储配站")
    moved = team.model_copy(update={"parent_id": south.id, "path": f"{south.path}{team.id}/", "version": 2})
    apply_organisation(session, OrganisationChanged(departments=(moved,)))
    assert in_scope(session, company.officer("城南储配站"), team.id)
    assert not in_scope(session, company.officer("城北分公司"), team.id)


def merged(code: str, into: str) -> OrganisationChanged:
    """One department was merged into another: closed, below it, named by it."""
    row, target = company.COMPANY.department(code), company.COMPANY.department(into)
    changes = {
        "parent_id": target.id,
        "path": f"{target.path}{row.id}/",
        "closed_on": date(2026, 11, 1),
        "merged_into": target.id,
        "version": 2,
    }
    return OrganisationChanged(departments=(row.model_copy(update=changes),))


@pytest.mark.parametrize("kind", ["subtree", "department", "chosen"])
def test_what_a_merged_department_had_is_reached_by_the_one_that_took_it_over(session: Session, kind: str) -> None:
    apply_organisation(session, merged("GC", into="QX"))
    assert reached(session, principal(scope=kind, department_id=company.department_id("QX"))) == {
        "抢维修中心",
        "工程部",
    }
    # A token of before still says the old department; it loses nothing and gains nothing.
    assert reached(session, principal(scope=kind, department_id=company.department_id("GC"))) == {"工程部"}


def test_what_a_merged_department_was_called_leads_to_the_one_that_took_it_over(session: Session) -> None:
    apply_organisation(session, merged("GC", into="QX"))
    names = department_by_name_or_code(session)
    assert {names[word].code for word in ("工程部", "GC", "抢维修中心/工程部", "抢维修中心")} == {"QX"}
    id_, root = uuid4(), company.COMPANY.department("GS")
    again = DepartmentFact(
        id=id_, code="GC2", name="工程部", kind="department", parent_id=root.id, path=f"{root.path}{id_}/", version=1
    )
    apply_organisation(session, OrganisationChanged(departments=(again,)))
    assert department_by_name_or_code(session)["工程部"].code == "GC2"


def test_the_newest_version_wins_whatever_the_order(session: Session) -> None:
    fact = company.COMPANY.department("GC")
    newest = fact.model_copy(update={"name": "工程技术部", "version": 5})
    older = fact.model_copy(update={"name": "旧名", "version": 3})
    apply_organisation(session, OrganisationChanged(departments=(newest, older)))
    apply_organisation(session, OrganisationChanged(departments=(older,)))
    assert session.get_one(DirectoryDepartment, fact.id).name == "工程技术部"
    person = company.person("gongcheng")
    apply_users(session, UserChanged(users=(person.model_copy(update={"active": False, "version": 9}),)))
    apply_users(session, UserChanged(users=(person,)))
    assert session.get_one(DirectoryPerson, person.id).active is False


def test_a_session_that_has_read_the_copy_sees_the_change(session: Session) -> None:
    row = session.get_one(DirectoryDepartment, company.department_id("GC"))
    assert row.name == "工程部"
    fact = company.COMPANY.department("GC").model_copy(update={"name": "新名", "version": 2})
    apply_organisation(session, OrganisationChanged(departments=(fact,)))
    assert row.name == "新名"


def test_the_tree_is_in_order(session: Session) -> None:
    names = [row.name for row in departments(session)]
    assert names[:2] == ["燃气公司", "公司安全管理部"]
    assert names[-4:] == ["城北分公司", "门站", "一班组", "二班组"]


def test_a_name_that_two_departments_share_needs_its_parent(session: Session) -> None:
    south = company.COMPANY.department("CN")
    id_ = uuid4()
    twin = DepartmentFact(
        id=id_, code="CN1", name="一班组", kind="team", parent_id=south.id, path=f"{south.path}{id_}/", version=1
    )
    apply_organisation(session, OrganisationChanged(departments=(twin,)))
    names = department_by_name_or_code(session)
    assert names["工程部"].code == names["GC"].code == names["燃气公司/工程部"].code == "GC"
    assert "一班组" not in names
    assert names.ambiguous == {"一班组"}
    assert (names["城南储配站/一班组"].code, names["门站/一班组"].code, names["CB1"].code) == ("CN1", "CB1", "CB1")


def test_a_closed_department_takes_no_new_rows(session: Session) -> None:
    fact = company.COMPANY.department("KF").model_copy(update={"closed_on": date(2026, 1, 1), "version": 2})
    apply_organisation(session, OrganisationChanged(departments=(fact,)))
    assert "客户服务部" not in department_by_name_or_code(session)
    assert "客户服务部" in {row.name for row in departments(session)}


def test_a_dictionary_may_come_in_parts_and_out_of_order(session: Session) -> None:
    def event(version: int, *items: DictionaryItemFact) -> DictionaryChanged:
        return DictionaryChanged(dictionary="kind", name=f"类别{version}", version=version, items=items)

    apply_dictionary(session, event(2, item("b", "乙二"), item("c", "丙")))
    apply_dictionary(session, event(1, item("a", "甲"), item("b", "乙一")))
    apply_dictionary(session, event(3, item("a", "甲", enabled=False)))
    assert [(row.value, row.label, row.enabled) for row in dictionary(session, "kind")] == [
        ("a", "甲", False),
        ("b", "乙二", True),
        ("c", "丙", True),
    ]
    assert [row.value for row in dictionary(session, "kind", retired=False)] == ["b", "c"]
    assert session.get_one(DirectoryDictionary, "kind").name == "类别3"
    assert dictionary(session, "unknown") == []


def test_people_by_role_here_and_above(session: Session) -> None:
    def names(role: str, code: str | None, *, above: bool = False) -> list[str]:
        where = company.department_id(code) if code else None
        return [row.username for row in people_with_role(session, role, where, include_ancestors=above)]

    assert names("safety_management", None) == ["safety"]
    assert names("safety_officer", "YX") == ["yunxing"]
    assert names("safety_officer", "CB1") == []
    assert names("safety_officer", "CB1", above=True) == ["chengbei"]
    gone = company.person("yunxing").model_copy(update={"active": False, "version": 2})
    apply_users(session, UserChanged(users=(gone,)))
    assert names("safety_officer", "YX") == []


def test_nearest_first(session: Session) -> None:
    near = PersonFact(
        id=uuid4(),
        username="a-near",
        name="近",
        department_id=company.department_id("CBM"),
        roles=("safety_officer",),
        version=1,
    )
    apply_users(session, UserChanged(users=(near,)))
    found = people_with_role(session, "safety_officer", company.department_id("CB1"), include_ancestors=True)
    assert [row.username for row in found] == ["a-near", "chengbei"]


def test_a_further_department_counts_like_the_main_one(session: Session) -> None:
    officer = company.person("gongcheng")
    team, north = company.department_id("CB1"), company.department_id("CB")
    change = {"further_department_ids": (team, company.department_id("CBM")), "version": 2}
    apply_users(session, UserChanged(users=(officer.model_copy(update=change),)))

    def found(where: UUID, *, above: bool = False) -> list[str]:
        return [row.username for row in people_with_role(session, "safety_officer", where, include_ancestors=above)]

    assert found(team) == ["gongcheng"]
    assert found(company.department_id("GC")) == ["gongcheng"]
    assert found(north) == ["chengbei"]
    # In both the team and what is above it, and named once, before the officer who is further away.
    assert found(team, above=True) == ["gongcheng", "chengbei"]


def test_the_people_of_a_merged_department_are_those_of_the_one_that_took_it_over(session: Session) -> None:
    apply_organisation(session, merged("GC", into="QX"))
    moved = company.person("gongcheng").model_copy(update={"department_id": company.department_id("QX"), "version": 2})
    apply_users(session, UserChanged(users=(moved,)))
    for above in (False, True):
        found = people_with_role(session, "safety_officer", company.department_id("GC"), include_ancestors=above)
        assert [row.username for row in found] == ["gongcheng", "qiangxiu"]


def test_a_declaration_goes_out_in_messages_that_fit(session: Session) -> None:
    items = tuple(item(f"v{n}", f"危害因素第{n}号" * 20, basis="GBZ 188-2014") for n in range(400))
    declare(session, "reports", [DictionaryDeclaration(code="hazard", name="危害因素", items=items)])
    session.flush()
    sent = session.scalars(select(Outbox).where(Outbox.type == DictionaryDeclared.type).order_by(Outbox.id)).all()
    assert len(sent) > 1
    values = [entry["value"] for row in sent for entry in row.data["items"]]
    assert values == [f"v{n}" for n in range(400)]
    assert {row.subscriber for row in session.scalars(select(OutboxDelivery))} == {"auth"}


@pytest.mark.parametrize(
    "items",
    [
        (item("a", "甲"), item("a", "乙")),
        (item("a", "甲"), item("b", "甲")),
        (item("a", "甲", aliases=["乙"]), item("b", "乙")),
    ],
)
def test_a_declaration_that_could_not_be_read_back_is_refused(items: tuple[DictionaryItemFact, ...]) -> None:
    with pytest.raises(ValueError, match="dictionary kind"):
        DictionaryDeclaration(code="kind", name="类别", items=items)
