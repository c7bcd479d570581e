"""What the four certificate ledgers (leaves 4.1 to 4.4, domain.md 6.1) have in common: columns under the same names, so that
statistics, checks and enquiries read all four alike, and the rules between them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import MappedColumn

from kit.fields import (
    After,
    DueDate,
    GenderAgrees,
    NotFuture,
    OfAge,
    Rule,
    choice,
    code,
    day,
    department,
    identity_number,
)
from kit.fields import phone as phone_field
from kit.fields import text as text_field
from services.ledgers.conditions import Among, Condition, DoneFor, DueWithin, Filled, Past
from services.ledgers.ledger import Case, Newer, Status

# 即将到期 of the computed status: the widest warning level of domain.md 1.3.
SOON = 60
CANCELLED = Filled("cancelled_on")
OUT_OF_USE = Among("employment", ("left",)) | CANCELLED
REVIEWED = Among("review_result", ("passed",)) & DoneFor("last_review_date", "review_date", days_before=90)

PERSON_RULES: tuple[Rule, ...] = (GenderAgrees("gender", "id_number"),)
# Nobody works before sixteen, and so nobody is certified.
OF_WORKING_AGE = OfAge("issue_date", "id_number", 16, "劳动法第十五条")
DATE_RULES: tuple[Rule, ...] = (
    NotFuture("issue_date"),
    NotFuture("first_issue_date"),
    NotFuture("cancelled_on"),
    After("issue_date", "first_issue_date", same_day=True),
    After("valid_to", "valid_from"),
    After("valid_to", "issue_date"),
)


def validity(*by: str) -> DueDate:
    """valid_to where nothing is printed: the validity of the first of `by` that has one, ending on the day before."""
    return DueDate("valid_to", after=("valid_from", "issue_date"), months="validity_months", by=by, last_day=True)


def review(*by: str) -> tuple[Rule, ...]:
    """review_date where nothing is printed, within the validity."""
    return (
        DueDate("review_date", after=("valid_from", "issue_date"), months="review_months", by=by, last_day=True,
                until="valid_to"),
        NotFuture("last_review_date"),
    )  # fmt: skip


_OF_THE_PERSON = ("person_name", "gender", "id_number", "dept_id", "phone", "post", "employment")


def replaced(*keys: str) -> Newer:
    """A certificate of the same person and `keys` with a later date of issue replaces this one."""
    return Newer(
        keys=("id_number", *keys),
        by="issue_date",
        carries=(*_OF_THE_PERSON, "cert_type", *keys, "issuer", "first_issue_date"),
    )


def status(*, reviewed: bool = False) -> Status:
    """证书状态: cancelled before what is overdue, before what is due."""
    late = (Case("review_overdue", Past("review_date") & ~REVIEWED),) if reviewed else ()
    due_for_review = (Case("review_due", DueWithin("review_date", SOON) & ~REVIEWED),) if reviewed else ()
    return Status(
        title="证书状态",
        dictionary="certificate_status",
        cases=(
            Case("cancelled", CANCELLED),
            Case("expired", Past("valid_to")),
            *late,
            *due_for_review,
            Case("expiring", DueWithin("valid_to", SOON)),
        ),
        otherwise="valid",
    )


FACT_CONDITIONS: dict[str, Condition] = {"cancelled": CANCELLED}


# -- columns, in the order in which they are written ---------------------------------------------------------------------


def person_name() -> MappedColumn[Any]:
    """姓名."""
    return text_field(
        "姓名", max_length=50, search=True, width=90, example="张三", aliases=("人员姓名", "员工姓名", "持证人")
    )


def gender() -> MappedColumn[Any]:
    """性别."""
    return choice("性别", dictionary="gender", width=60, help="留空时按身份证号填写")


def id_number() -> MappedColumn[Any]:
    """身份证号."""
    return identity_number(
        "身份证号",
        search=True,
        width=180,
        example="990101199001011230",
        aliases=("身份证号码", "公民身份号码", "证件号码"),
    )


def dept_id() -> MappedColumn[Any]:
    """所属部门."""
    return department("所属部门", filter=True, aliases=("部门", "所属单位", "工作单位", "单位", "所在部门", "使用部门"))


def phone() -> MappedColumn[Any]:
    """联系电话."""
    return phone_field(
        "联系电话", personal=True, in_list=False, aliases=("手机", "手机号", "电话", "手机号码", "联系方式")
    )


def post() -> MappedColumn[Any]:
    """岗位."""
    return text_field("岗位", max_length=50, in_list=False, aliases=("岗位名称", "工种岗位"))


def employment() -> MappedColumn[Any]:
    """人员类别."""
    return choice(
        "人员类别", dictionary="employment", filter=True, default="employed", in_list=False, help="离职后不再预警"
    )


def cert_type(dictionary: str, example: str, *, aliases: tuple[str, ...] = ()) -> MappedColumn[Any]:
    """证书类型."""
    known = ("证件类别", "证件类型", "证书类别", "证书名称", *aliases)
    return choice("证书类型", dictionary=dictionary, filter=True, width=200, example=example, aliases=known)


def cert_no(example: str = "990101199001011230") -> MappedColumn[Any]:
    """证书编号. Many of these certificates have their holder's identity number for a number, so that all are protected like
    one; the mask hides nothing of any other number."""
    aliases = ("证号", "证件编号", "证书号", "证书号码")
    return code("证书编号", personal=True, search=True, width=180, example=example, aliases=aliases)


def issuer(example: str) -> MappedColumn[Any]:
    """发证机关."""
    return text_field("发证机关", max_length=100, search=True, example=example, aliases=("发证单位", "发证部门"))


def first_issue_date() -> MappedColumn[Any]:
    """初次领证日期."""
    return day("初次领证日期", in_list=False, aliases=("初领日期", "初次领证时间"))


def issue_date() -> MappedColumn[Any]:
    """发证日期."""
    return day("发证日期", filter=True, example="2025-01-05", aliases=("发证时间", "领证日期"))


def valid_from() -> MappedColumn[Any]:
    """有效期起."""
    return day("有效期起", in_list=False, aliases=("有效期开始", "有效期自"))


def valid_to(help: str = "留空时按证书类型的有效期推算", blank_words: tuple[str, ...] = ()) -> MappedColumn[Any]:
    """有效期止."""
    return day(
        "有效期止",
        filter=True,
        sortable=True,
        blank_words=blank_words,
        help=help,
        aliases=("有效期至", "有效期截止", "有效截止日期", "到期日期"),
    )


def review_date(help: str = "留空时按证书类型推算") -> MappedColumn[Any]:
    """应复审日期."""
    aliases = ("复审日期", "下次复审日期", "复检日期", "应复检日期")
    return day("应复审日期", filter=True, sortable=True, help=help, aliases=aliases)


def last_review_date() -> MappedColumn[Any]:
    """实际复审日期."""
    return day("实际复审日期", in_list=False, aliases=("上次复审日期", "实际复检日期"))


def review_result() -> MappedColumn[Any]:
    """复审结果."""
    return choice("复审结果", dictionary="review_result", in_list=False, aliases=("复检结果",))


def cancelled_on() -> MappedColumn[Any]:
    """注销日期."""
    return day("注销日期", in_list=False, help="注销后不再预警，也不计入统计")
