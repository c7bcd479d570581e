"""Leaf 5.6.3."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import (
    After,
    DueDate,
    GenderAgrees,
    NotFuture,
    RequiredWhen,
    choice,
    day,
    decimal,
    department,
    identity_number,
    multi_choice,
    text,
    textarea,
)
from services.ledgers.conditions import Among, DueWithin, Filled, Past
from services.ledgers.ledger import Case, Expiry, Ledger, LedgerRow, Newer, Status

# Who still works with the hazard is examined again; before leaving one is examined for the last time.
CONTINUES = RequiredWhen("exam_type", ("before", "during"))
LEFT = Among("employment", ("left",))


class HealthExamination(LedgerRow):
    """Occupational health examinations (职业病防治法 35 条, GBZ 188-2014). What was found is personal: sealed, and shown to
    nobody without the permission. The dates are not, for somebody has to send people there in time."""

    ledger = Ledger(
        slug="health-examinations",
        title="职业病体检",
        leaf="5.6.3",
        description="接触职业病危害因素人员的上岗前、在岗期间、离岗时等体检；结论等健康信息仅对有权限的人显示",
        natural_key=("id_number", "exam_type", "exam_date"),
        row_title=("person_name", "exam_type", "exam_date"),
        list_first=("person_name", "exam_status", "exam_type", "exam_date", "conclusion", "next_exam"),
        rules=(
            GenderAgrees("gender", "id_number"),
            DueDate("next_exam", after=("exam_date",), months="exam_months", by=("hazards",), when=CONTINUES),
            NotFuture("exam_date"),
            NotFuture("informed_at"),
            After("informed_at", "exam_date", same_day=True),
            After("recheck_date", "exam_date", same_day=True),
            After("next_exam", "exam_date"),
        ),
        expiry=(
            Expiry("next_exam", warn_days=(60, 30, 7), suppressed_when=LEFT),
            Expiry("recheck_date", warn_days=(30, 7), suppressed_when=LEFT, done_when=Filled("rechecked_on")),
        ),
        superseded_by=Newer(
            keys=("id_number",), by="exam_date", action="登记新体检",
            carries=("person_name", "gender", "id_number", "dept_id", "post", "employment", "hazards", "exam_org"),
        ),
        status=Status(
            key="exam_status",
            title="体检状态",
            dictionary="exam_status",
            cases=(
                Case("left", LEFT),
                Case("recheck", Filled("recheck_date") & ~Filled("rechecked_on")),
                Case("overdue", Past("next_exam")),
                Case("due_soon", DueWithin("next_exam", 60)),
            ),
            otherwise="valid",
        ),
        facts=("exam_type", "exam_date", "hazards", "employment", "next_exam"),
        default_sort="-exam_date",
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
    post: Mapped[str] = text("岗位/工种", max_length=50, search=True, example="抢修工", aliases=("岗位", "工种"))
    employment: Mapped[str | None] = choice(
        "人员类别", dictionary="employment", filter=True, default="employed", in_list=False, help="离职后不再预警"
    )
    hazards: Mapped[list[str]] = multi_choice(
        "接触危害因素", dictionary="health_hazard", filter=True, width=200, example="噪声（85 dB(A) 及以上）",
        aliases=("危害因素", "接害因素", "职业病危害因素"),
    )  # fmt: skip
    exposure_years: Mapped[Decimal | None] = decimal(
        "接害工龄（年）", digits=4, precision=1, min=0, max=80, in_list=False, aliases=("接害工龄",)
    )
    exam_type: Mapped[str] = choice(
        "检查类别", dictionary="exam_type", filter=True, width=90, example="在岗期间", aliases=("体检类别", "体检类型")
    )
    exam_date: Mapped[date] = day(
        "体检日期", filter=True, sortable=True, example="2026-05-12", aliases=("检查日期", "体检时间")
    )
    exam_org: Mapped[str] = text(
        "体检机构", max_length=100, search=True, example="市职业病防治院", aliases=("检查机构", "体检单位")
    )
    conclusion: Mapped[str] = choice(
        "体检结论", dictionary="exam_conclusion", personal=True, example="目前未见异常", aliases=("结论", "检查结论")
    )
    detail: Mapped[str | None] = textarea("异常情况", personal=True, aliases=("结论说明", "检查结果"))
    recheck_date: Mapped[date | None] = day(
        "复查日期",
        filter=True,
        sortable=True,
        required_when=RequiredWhen("conclusion", ("recheck",)),
        aliases=("应复查日期",),
    )
    rechecked_on: Mapped[date | None] = day(
        "实际复查日期", in_list=False, help="填写后不再提醒复查", aliases=("已复查日期",)
    )
    recheck_result: Mapped[str | None] = textarea("复查结果", personal=True)
    informed_at: Mapped[date | None] = day("书面告知日期", in_list=False, aliases=("告知日期",))
    handling: Mapped[str | None] = textarea(
        "处理情况", personal=True, required_when=RequiredWhen("conclusion", ("suspected", "contraindicated")),
        help="调岗、诊断、观察等", aliases=("处理", "处理意见"),
    )  # fmt: skip
    next_exam: Mapped[date | None] = day(
        "下次体检日期", filter=True, sortable=True, required_when=CONTINUES,
        help="留空时按接触危害因素的最短周期推算", aliases=("下次体检时间",),
    )  # fmt: skip
