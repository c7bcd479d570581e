"""Leaf 4.3."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import (
    After,
    DueDate,
    GenderAgrees,
    NotFuture,
    choice,
    code,
    day,
    department,
    identity_number,
    phone,
    text,
)
from services.ledgers.conditions import Among, DoneFor, DueWithin, Filled, Past
from services.ledgers.ledger import Case, Expiry, Ledger, LedgerRow, Newer, Status

OUT_OF_USE = Among("employment", ("left",)) | Filled("cancelled_on")
REVIEWED = Among("review_result", ("passed",)) & DoneFor("last_review_date", "review_date", days_before=90)
REPLACED = Newer(keys=("id_number", "item"), by="issue_date")


class SpecialOperationCertificate(LedgerRow):
    """特种作业操作证 (6 years, review every 3: 总局令第30号) and 特种设备安全管理和作业人员证 (4 years: TSG Z6001-2019)."""

    ledger = Ledger(
        slug="special-operation-certificates",
        title="特种作业和特种设备操作人员资格证",
        leaf="4.3",
        description="特种作业操作证、特种设备安全管理和作业人员证；一人多证分行登记",
        # A certificate number is the identity number here, shared by all of one person's items.
        natural_key=("cert_type", "cert_no", "item"),
        row_title=("person_name", "cert_type", "item"),
        rules=(
            GenderAgrees("gender", "id_number"),
            DueDate("valid_to", after=("valid_from", "issue_date"), months="validity_months",
                    by=("item", "category", "cert_type"), last_day=True),
            DueDate("review_date", after=("valid_from", "issue_date"), months="review_months",
                    by=("item", "category", "cert_type"), last_day=True, until="valid_to"),
            NotFuture("issue_date"),
            NotFuture("first_issue_date"),
            NotFuture("last_review_date"),
            NotFuture("cancelled_on"),
            After("issue_date", "first_issue_date", same_day=True),
            After("valid_to", "valid_from"),
            After("valid_to", "issue_date"),
        ),
        expiry=(
            Expiry("review_date", warn_days=(90, 60, 30), warn_days_of="cert_type",
                   suppressed_when=OUT_OF_USE | REVIEWED, superseded_by=REPLACED),
            Expiry("valid_to", warn_days=(90, 60, 30), warn_days_of="cert_type",
                   suppressed_when=OUT_OF_USE, superseded_by=REPLACED),
        ),
        status=Status(
            title="证书状态",
            dictionary="certificate_status",
            cases=(
                Case("cancelled", Filled("cancelled_on")),
                Case("expired", Past("valid_to")),
                Case("review_due", DueWithin("review_date", 60) & ~REVIEWED),
                Case("expiring", DueWithin("valid_to", 60)),
            ),
            otherwise="valid",
        ),
        facts=("cert_type", "category", "item", "employment", "valid_to", "review_date"),
        fact_conditions={"cancelled": Filled("cancelled_on")},
        facts_unless={"review_date": REVIEWED},
    )  # fmt: skip

    person_name: Mapped[str] = text("姓名", max_length=50, search=True, width=90, example="张三", aliases=("人员姓名",))
    gender: Mapped[str | None] = choice("性别", dictionary="gender", width=60, help="留空时按身份证号填写")
    id_number: Mapped[str] = identity_number(
        "身份证号",
        search=True,
        width=180,
        example="990101199001011230",
        aliases=("身份证号码", "公民身份号码", "证件号码"),
    )
    dept_id: Mapped[UUID] = department("所属部门", filter=True, aliases=("部门", "所属单位", "工作单位", "单位"))
    phone: Mapped[str | None] = phone("联系电话", personal=True, in_list=False, aliases=("手机", "手机号", "电话"))
    post: Mapped[str | None] = text("岗位", max_length=50, in_list=False, aliases=("岗位名称", "工种岗位"))
    employment: Mapped[str | None] = choice(
        "人员类别", dictionary="employment", filter=True, default="employed", in_list=False, help="离职后不再预警"
    )
    cert_type: Mapped[str] = choice(
        "证书类型",
        dictionary="special_operation_cert_type",
        filter=True,
        width=200,
        example="特种作业操作证",
        aliases=("证件类别", "证件类型", "证书类别", "证书名称"),
    )
    category: Mapped[str | None] = choice(
        "作业类别",
        dictionary="special_operation_category",
        within="cert_type",
        filter=True,
        help="留空时按准操项目填写",
        aliases=("作业种类",),
    )
    item: Mapped[str] = choice(
        "准操项目",
        dictionary="special_operation_item",
        within="category",
        filter=True,
        width=180,
        example="低压电工作业",
        aliases=("操作项目", "准操作项目", "作业项目", "工种", "项目代号"),
    )
    cert_no: Mapped[str] = code(
        "证书编号", personal=True, search=True, width=180, example="T990101199001011230", aliases=("证号", "证件编号")
    )
    issuer: Mapped[str] = text(
        "发证机关", max_length=100, search=True, example="应急管理局", aliases=("发证单位", "发证部门")
    )
    first_issue_date: Mapped[date | None] = day("初次领证日期", in_list=False, aliases=("初领日期", "初次领证时间"))
    issue_date: Mapped[date] = day("发证日期", filter=True, example="2025-01-05", aliases=("发证时间", "领证日期"))
    valid_from: Mapped[date | None] = day("有效期起", in_list=False, aliases=("有效期开始", "有效期自"))
    valid_to: Mapped[date] = day(
        "有效期止",
        filter=True,
        sortable=True,
        help="留空时按证书类型的有效期推算",
        aliases=("有效期至", "有效期截止", "有效截止日期", "到期日期"),
    )
    review_date: Mapped[date | None] = day(
        "应复审日期", filter=True, sortable=True, help="留空时按证书类型推算", aliases=("复审日期", "下次复审日期")
    )
    last_review_date: Mapped[date | None] = day("实际复审日期", in_list=False, aliases=("上次复审日期",))
    review_result: Mapped[str | None] = choice("复审结果", dictionary="review_result", in_list=False)
    cancelled_on: Mapped[date | None] = day("注销日期", in_list=False, help="注销后不再预警，也不计入统计")
