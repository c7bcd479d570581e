"""缺证: whose post requires a certificate that they do not have, or have no longer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from sqlalchemy import select

from contracts.events import DictionaryChanged, DictionaryItemFact, PersonFact, UserChanged
from contracts.principal import Principal
from kit.audit import AuditLog
from kit.db import today
from kit.directory import apply_dictionary, apply_users, item
from kit.directory.tables import DirectoryPerson
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.dictionaries.posts import POST_CERTIFICATE
from services.ledgers.enquiry.posts import PLACES
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.examples import example

SPECIAL, GAS, SAFETY = "special-operation-certificates", "gas-certificates", "safety-certificates"
MAN, WOMAN = "990101199001011230", "990101198904152742"


def day(offset: int) -> str:
    return (today() + timedelta(days=offset)).isoformat()


def hold(bench: Bench, slug: str, department: str = "工程部", **fields: Any) -> dict[str, Any]:
    """A certificate, by the whole company's safety department."""
    body = {**example(BY_SLUG[slug], department), "dept_id": str(company.department_id(department)), **fields}
    answer = bench.ask(company.safety(), "POST", f"/{slug}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def employ(bench: Bench, name: str, post: str, department: str = "工程部", **fields: Any) -> UUID:
    """An account of the directory."""
    id_ = uuid4()
    place = company.department_id(department)
    person = PersonFact(
        id=id_, username=f"u{id_.hex[:8]}", name=name, department_id=place, post=post, version=1, **fields
    )
    with bench.transaction() as session:
        apply_users(session, UserChanged(users=(person,)))
    return id_


def rule(bench: Bench, *items: DictionaryItemFact, version: int = 100) -> None:
    """What an administrator makes of the requirements."""
    newer = tuple(one.model_copy(update={"version": version}) for one in items)
    with bench.transaction() as session:
        apply_dictionary(
            session,
            DictionaryChanged(dictionary=POST_CERTIFICATE.code, name="岗位持证要求", version=version, items=newer),
        )


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """The demo's own people have posts too; here everybody is made by the test."""
    with bench.transaction() as session:
        for person in session.scalars(select(DirectoryPerson)):
            person.post = None
    return bench


def look(bench: Bench, who: Principal | None = None, **params: Any) -> list[tuple[str, str, str]]:
    """(name, certificates, state) of everything that is lacking."""
    answer = bench.ask(who or company.safety(), "GET", "/certificates/missing", params={"size": 200, **params})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    return [(one["name"], labels(one["certificates"]), one["state"]) for one in body["items"]]


def items(bench: Bench, who: Principal | None = None, **params: Any) -> list[dict[str, Any]]:
    return list(bench.ask(who or company.safety(), "GET", "/certificates/missing", params=params).json()["items"])


def labels(certificates: Iterable[dict[str, str]]) -> str:
    return " 或 ".join(one["label"] for one in certificates)


def test_what_is_declared_exists_and_has_a_basis() -> None:
    known = {f"{one.code}:{entry.value}" for one in DICTIONARIES if one.code in PLACES for entry in one.items}
    for post in POST_CERTIFICATE.items:
        assert post.ext["basis"], post.label
        assert post.ext["certificates"], post.label
        assert {term for need in post.ext["certificates"] for term in need} <= known, post.label


def test_an_account_without_the_certificate_of_its_post(bench: Bench) -> None:
    employ(bench, "甲", "电工")
    employ(bench, "乙", "部门安全员")
    employ(bench, "丙", "文员")
    employ(bench, "丁", " 维修 电工 ")
    assert look(bench) == [
        ("丁", "电工作业", "missing"),
        ("乙", "安全生产管理人员考核合格证 或 安全生产管理人员考核合格证（危险品）", "missing"),
        ("乙", "安全生产管理人员", "missing"),
        ("甲", "电工作业", "missing"),
    ]  # fmt: skip
    (first, *_), page = items(bench), bench.ask(company.safety(), "GET", "/certificates/missing?size=1&page=2").json()
    assert first["post"] == " 维修 电工 "
    assert first["ref"] is None and first["department"]["name"] == "工程部"
    assert "第三十条" in first["basis"]
    assert [(one["ledger"], one["title"]) for one in first["certificates"]] == [
        (SPECIAL, "特种作业和特种设备操作人员资格证")
    ]
    assert (page["total"], page["people"], len(page["items"])) == (4, 3, 1)
    assert {"id": "electrician", "name": "电工"} in page["posts"]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, None),
        ({"valid_to": day(0)}, None),
        ({"item": "高压电工作业"}, None),
        ({"item": "熔化焊接与热切割作业"}, "missing"),
        ({"issue_date": "2019-01-05", "valid_to": day(-1)}, "expired"),
        ({"valid_from": day(1)}, "not_yet_valid"),
        ({"cancelled_on": day(-3)}, "cancelled"),
        ({"review_date": day(-1)}, "review_overdue"),
        ({"review_date": day(-1), "last_review_date": day(-5), "review_result": "passed"}, None),
        ({"review_result": "failed"}, "review_overdue"),
    ],
    ids=str,
)
def test_only_a_certificate_that_is_good_today_counts(bench: Bench, fields: dict[str, Any], state: str | None) -> None:
    """The post is the one that the certificate names; the account of the same name and department has none."""
    employ(bench, "甲", "")
    row = hold(bench, SPECIAL, person_name="甲", post="电工", **fields)
    assert look(bench) == ([] if state is None else [("甲", "电工作业", state)])
    for one in items(bench):
        assert one["ref"] == {"ledger": SPECIAL, "id": row["id"]}
        decides = {"expired": "valid_to", "cancelled": "cancelled_on", "not_yet_valid": "valid_from"}.get(one["state"])
        assert one["on"] == (row[decides] if decides else row["review_date"] if state == "review_overdue" else None)


def test_one_of_several_is_enough_and_all_requirements_are_needed(bench: Bench) -> None:
    employ(bench, "甲", "总经理")
    hold(bench, SAFETY, person_name="甲", cert_type="主要负责人考核合格证（危险品）")
    assert look(bench) == [("甲", "企业主要负责人", "missing")]
    hold(bench, GAS, person_name="甲", cert_type="企业主要负责人", item=None)
    assert look(bench) == []


def test_a_newer_certificate_names_the_newer_post(bench: Bench) -> None:
    hold(bench, GAS, person_name="甲", post="管网运行工", issue_date=day(-900), valid_to=day(-1))
    assert look(bench) == [("甲", "燃气管网运行工", "expired")]
    hold(bench, SPECIAL, person_name="甲", post="文员", issue_date=day(-5), valid_to=day(300))
    assert look(bench) == []


def test_an_account_and_a_holder_are_one_person_with_both_posts(bench: Bench) -> None:
    employ(bench, "甲", "叉车司机")
    hold(bench, SPECIAL, person_name="甲", post="电工")
    assert look(bench) == [("甲", "N1 叉车司机", "missing")]
    # A certificate under the same number in another department is theirs too.
    hold(
        bench,
        SPECIAL,
        "运行管理部",
        person_name="甲",
        cert_type="special_equipment",
        item="N1",
        cert_no=MAN,
        post="电工",
    )
    assert look(bench) == []


def test_two_possible_people_are_nobody(bench: Bench) -> None:
    employ(bench, "甲", "电工")
    for number in (MAN, WOMAN):
        hold(bench, SPECIAL, person_name="甲", id_number=number, cert_no=f"T{number}", post="焊工")
    found = items(bench)
    assert sorted((one["state"], labels(one["certificates"])) for one in found) == [
        ("missing", "焊接与热切割作业"), ("missing", "焊接与热切割作业"), ("unknown_person", "电工作业"),
    ]  # fmt: skip
    assert "同名" in next(one["message"] for one in found if one["state"] == "unknown_person")


def test_two_accounts_of_one_name(bench: Bench) -> None:
    employ(bench, "甲", "电工")
    employ(bench, "甲", "文员")
    # Nobody of the name has a certificate: that much is certain.
    assert look(bench) == [("甲", "电工作业", "missing")]
    hold(bench, SPECIAL, person_name="甲")
    assert look(bench) == [("甲", "电工作业", "unknown_person")]


def test_who_has_left_lacks_nothing(bench: Bench) -> None:
    employ(bench, "甲", "电工", active=False)
    hold(bench, SPECIAL, person_name="乙", post="焊工", employment="left")
    assert look(bench) == []
    # Whoever works here again needs it anew: what they had when they left is not theirs here.
    employ(bench, "乙", "电工")
    assert look(bench) == [("乙", "电工作业", "missing")]


def test_a_deleted_certificate_is_none(bench: Bench) -> None:
    employ(bench, "甲", "电工")
    row = hold(bench, SPECIAL, person_name="甲")
    assert look(bench) == []
    assert bench.ask(company.safety(), "DELETE", f"/{SPECIAL}/{row['id']}?version={row['version']}").status_code == 204
    assert look(bench) == [("甲", "电工作业", "missing")]


def test_filters(bench: Bench) -> None:
    employ(bench, "甲一", "电工", "城北分公司")
    employ(bench, "甲二", "叉车司机", "一班组")
    hold(bench, SPECIAL, "运行管理部", person_name="乙", post="焊工", issue_date="2019-01-05", valid_to=day(-1),
         item="熔化焊接与热切割作业")  # fmt: skip
    assert {name for name, *_ in look(bench)} == {"甲一", "甲二", "乙"}
    assert {name for name, *_ in look(bench, department=company.department_id("城北分公司"))} == {"甲一", "甲二"}
    assert {name for name, *_ in look(bench, q="甲")} == {"甲一", "甲二"}
    assert {name for name, *_ in look(bench, q=MAN)} == {"乙"}
    assert {name for name, *_ in look(bench, post="forklift_driver")} == {"甲二"}
    assert {name for name, *_ in look(bench, state="expired")} == {"乙"}
    for wrong in ("state=maybe", "q=", "page=0", "q=%00", "department=x"):
        assert bench.ask(company.safety(), "GET", f"/certificates/missing?{wrong}").status_code == 422


def test_the_scope_is_that_of_the_ledgers_concerned(bench: Bench) -> None:
    employ(bench, "甲", "电工", "工程部")
    employ(bench, "乙", "电工", "运行管理部")
    employ(bench, "丙", "部门安全员", "工程部")
    hold(bench, SPECIAL, "运行管理部", person_name="丁", post="焊工")
    assert {name for name, *_ in look(bench, company.officer("工程部"))} == {"甲", "丙"}
    assert look(bench, company.worker("工程部")) == []
    # Who may read one ledger only, is told of that one only.
    narrow = bench.who(f"ledgers:{SPECIAL}:read", scope="subtree", department="工程部")
    assert look(bench, narrow) == [("甲", "电工作业", "missing")]
    gas = bench.who(f"ledgers:{GAS}:read", scope="company")
    assert look(bench, gas) == [("丙", "安全生产管理人员", "missing")]


def test_what_is_registered_elsewhere_counts_and_is_not_told(bench: Bench) -> None:
    employ(bench, "甲", "电工")
    hold(bench, GAS, person_name="甲")
    elsewhere = hold(bench, SPECIAL, "运行管理部", person_name="甲", issue_date="2019-01-05", valid_to=day(-1))
    officer = company.officer("工程部")
    assert look(bench) == [("甲", "电工作业", "expired")]
    assert look(bench, officer) == [("甲", "电工作业", "missing")]
    assert elsewhere["valid_to"] not in str(items(bench, officer))
    hold(bench, SPECIAL, "运行管理部", person_name="甲", item="高压电工作业")
    assert look(bench, officer) == []


def test_an_administrator_sets_what_a_post_requires(bench: Bench) -> None:
    employ(bench, "甲", "抄表员")
    employ(bench, "乙", "电工")
    assert look(bench) == [("乙", "电工作业", "missing")]
    own = item("reader", "抄表员", certificates=[["gas_trade:household", "gas_trade:network"], ["gas_trade:gone"]])
    rule(
        bench,
        own,
        item("electrician", "电工", enabled=False, certificates=[["special_operation_category:electrician"]]),
    )
    assert look(bench) == [("甲", "燃气用户检修工 或 燃气管网运行工", "missing")]
    # Whatever a rule may hold, nobody's page breaks by it.
    rule(bench, item("reader", "抄表员", certificates="电工证"), version=101)
    assert look(bench) == []


def test_a_persons_sheet_says_what_they_lack(bench: Bench) -> None:
    employ(bench, "甲", "叉车司机")
    row = hold(bench, SPECIAL, person_name="甲", post="电工", issue_date="2019-01-05", valid_to=day(-1))
    hold(bench, SPECIAL, person_name="乙", id_number=WOMAN, cert_no=f"T{WOMAN}", post="焊工")
    employ(bench, "丙", "电工")
    answer = bench.ask(company.safety(), "GET", f"/certificates/of/{SPECIAL}/{row['id']}")
    assert answer.status_code == 200, answer.text
    found = answer.json()["missing"]
    assert {(labels(one["certificates"]), one["state"]) for one in found} == {
        ("N1 叉车司机", "missing"), ("电工作业", "expired"),
    }  # fmt: skip
    assert all(one["name"] == "甲" and one["basis"] for one in found)


def test_the_workbook_is_the_list(bench: Bench) -> None:
    employ(bench, "=甲", "总经理")
    employ(bench, "乙", "电工")
    answer = bench.ask(company.safety(), "GET", "/certificates/missing/export.xlsx", params={"q": MAN})
    assert answer.status_code == 200, answer.text
    with bench.database.session() as session:
        query = select(AuditLog).where(AuditLog.action == "certificates.missing_export")
        (entry,) = session.scalars(query).all()
    assert entry.detail["rows"] == 0 and MAN not in str(entry.detail)
    answer = bench.ask(company.safety(), "GET", "/certificates/missing/export.xlsx")
    head, *rows = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    assert head == ("姓名", "部门", "岗位", "缺少的证书", "登记台账", "状态", "说明", "依据")
    assert len(rows) == len(look(bench)) == 3
    assert rows[-1][:6] == ("乙", "工程部", "电工", "电工作业", "特种作业和特种设备操作人员资格证", "未登记")
    state = bench.client.app.state  # type: ignore[attr-defined]
    state.settings = state.settings.model_copy(update={"export_second_factor_rows": 2})
    refused = bench.ask(company.safety(), "GET", "/certificates/missing/export.xlsx")
    assert refused.json()["code"] == "second_factor_missing"
