"""Leaf 7.2."""

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
    day,
    department,
    identity_number,
    multi_choice,
    phone,
    text,
    yes_no,
)
from services.ledgers.conditions import Among, DueWithin, Filled, Past
from services.ledgers.ledger import Case, Expiry, Finding, Ledger, LedgerRow, Status

LEFT = Among("status", ("left",))


class EmergencyTeamMember(LedgerRow):
    """Who is in which emergency team, what they can do, and when they were last trained."""

    ledger = Ledger(
        slug="emergency-teams",
        title="应急队伍",
        leaf="7.2",
        description="应急队伍人员：每名队员一行；超过一年未培训的预警",
        natural_key=("dept_id", "team_name", "phone"),
        also_unique=(("dept_id", "team_name", "id_number"),),
        row_title=("team_name", "person_name"),
        rules=(
            GenderAgrees("gender", "id_number"),
            DueDate("next_training", after=("training_date", "joined_on"), months="training_months", by=("team_type",)),
            NotFuture("training_date"),
            NotFuture("joined_on"),
            After("next_training", "training_date"),
        ),
        expiry=(Expiry("next_training", warn_days=(30, 7), suppressed_when=LEFT),),
        status=Status(
            key="training_status",
            title="培训情况",
            dictionary="training_status",
            cases=(
                Case("left", LEFT),
                Case("overdue", Past("next_training")),
                Case("untrained", ~Filled("training_date")),
                Case("due_soon", DueWithin("next_training", 30)),
            ),
            otherwise="trained",
        ),
        findings=(
            Finding(
                "no_leader",
                "队伍没有队长",
                keys=("dept_id", "team_name"),
                search="team_name",
                lacks=Among("duty", ("leader",)),
                unless=LEFT,
            ),
            Finding(
                "shared_phone", "不同的人用同一电话", keys=("phone",), search="phone", differ="person_name", unless=LEFT
            ),
        ),
        facts=("team_name", "team_type", "duty", "skills", "status", "on_call", "training_date", "next_training"),
    )

    team_name: Mapped[str] = text(
        "队伍名称", max_length=100, search=True, width=150, example="城南抢险突击队", aliases=("应急队伍", "队伍")
    )
    team_type: Mapped[str] = choice(
        "队伍类型", dictionary="emergency_team_type", filter=True, example="专职", aliases=("类型", "队伍类别")
    )
    dept_id: Mapped[UUID] = department("所属部门", filter=True, aliases=("部门", "所属单位", "单位"))
    person_name: Mapped[str] = text(
        "姓名", max_length=50, search=True, width=90, example="张三", aliases=("人员姓名", "队员", "队员姓名")
    )
    gender: Mapped[str | None] = choice("性别", dictionary="gender", width=60, help="留空时按身份证号填写")
    id_number: Mapped[str | None] = identity_number(
        "身份证号", search=True, in_list=False, aliases=("身份证号码", "公民身份号码", "证件号码")
    )
    # The number that is called in an emergency: whoever may open the list has to be able to call it.
    phone: Mapped[str] = phone(
        "联系电话", search=True, fixed_line=True, example="13900000000", aliases=("电话", "手机", "手机号")
    )
    duty: Mapped[str] = choice(
        "队内职务", dictionary="emergency_team_duty", filter=True, example="队员", aliases=("职务", "队内岗位")
    )
    post: Mapped[str | None] = text("岗位", max_length=50, in_list=False, aliases=("本职岗位", "工作岗位"))
    skills: Mapped[list[str] | None] = multi_choice(
        "专业特长",
        dictionary="emergency_skill",
        filter=True,
        width=160,
        example="抢修、带压堵漏",
        aliases=("特长", "专业"),
    )
    cert: Mapped[str | None] = text("持证", search=True, in_list=False, aliases=("持证情况", "证书"))
    joined_on: Mapped[date | None] = day("入队日期", in_list=False, aliases=("入队时间",))
    training_date: Mapped[date | None] = day(
        "最近培训日期", filter=True, example="2026-03-20", aliases=("最近培训", "培训日期")
    )
    next_training: Mapped[date | None] = day(
        "下次培训日期", filter=True, sortable=True, help="留空时按队伍类型的培训周期推算", aliases=("下次培训",)
    )
    on_call: Mapped[bool | None] = yes_no("值班", filter=True, default=False, aliases=("是否值班",))
    status: Mapped[str] = choice(
        "状态",
        dictionary="emergency_member_status",
        filter=True,
        default="serving",
        example="在队",
        aliases=("队员状态",),
    )
