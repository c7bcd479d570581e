"""Leaf 6.2."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import (
    After,
    AtLeastOne,
    DueDate,
    FromItem,
    NotFuture,
    RequiredWhen,
    Score,
    choice,
    day,
    decimal,
    department,
    text,
    textarea,
)
from services.ledgers.ledger import Expiry, Ledger, LedgerRow

LEC, LS = RequiredWhen("method", ("lec",)), RequiredWhen("method", ("ls",))
EITHER = RequiredWhen("method", ("lec", "ls"))
CONTROLS = ("control_eng", "control_mgmt", "control_edu", "control_ppe", "control_emerg")


class Risk(LedgerRow):
    """Risk points with their assessment by LEC or LS, level and colour, and who controls them (双重预防机制)."""

    ledger = Ledger(
        slug="risks",
        title="安全风险统计",
        leaf="6.2",
        description="风险点清单：按 LEC 或 LS 计算风险值和等级；等级可以上调，不能低于计算所得",
        natural_key=("dept_id", "risk_point", "hazard"),
        row_title=("risk_point", "level"),
        list_first=("risk_point", "score", "level", "control_tier", "hazard"),
        rules=(
            Score("method", ("likelihood", "exposure", "consequence", "severity"), score="score", level="level"),
            FromItem("control_tier", source="level", name="control_tier"),
            DueDate("next_review", after=("identified_at",), months="review_months", by=("level",)),
            AtLeastOne(CONTROLS),
            NotFuture("identified_at"),
            After("next_review", "identified_at"),
        ),
        expiry=(Expiry("next_review", warn_days=(60, 30, 7)),),
        facts=("point_type", "accident_type", "method", "score", "level", "control_tier", "next_review"),
    )

    risk_point: Mapped[str] = text(
        "风险点名称", max_length=100, search=True, width=150, example="LNG卸车区", aliases=("风险点", "风险单元"),
        group="风险点",
    )  # fmt: skip
    point_type: Mapped[str] = choice(
        "风险点类型", dictionary="risk_point_type", filter=True, example="作业活动", aliases=("类型",), group="风险点"
    )
    dept_id: Mapped[UUID] = department("所属部门", filter=True, aliases=("部门", "所属单位", "单位"), group="风险点")
    location: Mapped[str | None] = text(
        "所在位置", search=True, in_list=False, aliases=("位置", "场所"), group="风险点"
    )
    hazard: Mapped[str] = text(
        "危险有害因素",
        search=True,
        width=200,
        example="卸车软管脱落导致泄漏",
        aliases=("危险源", "危害因素"),
        group="风险点",
    )
    accident_type: Mapped[str] = choice(
        "可能事故类型", dictionary="accident_type", filter=True, example="火灾", aliases=("事故类型", "可能导致的事故类型"),
        group="风险点",
    )  # fmt: skip
    method: Mapped[str] = choice(
        "评价方法",
        dictionary="risk_method",
        filter=True,
        in_list=False,
        example="LEC",
        aliases=("评估方法",),
        group="评价",
    )
    likelihood: Mapped[Decimal | None] = decimal(
        "可能性L", digits=6, required_when=EITHER, in_list=False, example=1, aliases=("L", "可能性"), group="评价"
    )
    exposure: Mapped[Decimal | None] = decimal(
        "暴露频率E", digits=6, required_when=LEC, in_list=False, example=6, help="只用于 LEC", aliases=("E", "暴露频率"),
        group="评价",
    )  # fmt: skip
    consequence: Mapped[Decimal | None] = decimal(
        "后果C", digits=6, required_when=LEC, in_list=False, example=15, help="只用于 LEC", aliases=("C", "后果"),
        group="评价",
    )  # fmt: skip
    severity: Mapped[Decimal | None] = decimal(
        "严重性S", digits=6, required_when=LS, in_list=False, help="只用于 LS", aliases=("S", "严重性"), group="评价"
    )
    score: Mapped[Decimal | None] = decimal(
        "风险值", digits=9, precision=3, filter=True, sortable=True, width=80, help="由系统计算",
        aliases=("D", "R", "风险值R", "风险值D"),
        group="评价",
    )  # fmt: skip
    level: Mapped[str] = choice(
        "风险等级", dictionary="risk_level", filter=True, width=90, help="留空时由系统计算；可上调，不能低于计算所得",
        aliases=("等级", "风险级别"), group="评价",
    )  # fmt: skip
    level_basis: Mapped[str | None] = text(
        "定级说明",
        in_list=False,
        help="上调等级或直接判定为重大风险的依据",
        aliases=("等级判定依据", "判定依据"),
        group="评价",
    )
    control_eng: Mapped[str | None] = textarea(
        "工程技术措施", example="拉断阀、紧急切断联锁", aliases=("工程措施",), group="管控"
    )
    control_mgmt: Mapped[str | None] = textarea("管理措施", group="管控")
    control_edu: Mapped[str | None] = textarea("培训教育措施", aliases=("培训措施", "教育措施"), group="管控")
    control_ppe: Mapped[str | None] = textarea("个体防护措施", aliases=("个体防护",), group="管控")
    control_emerg: Mapped[str | None] = textarea("应急处置措施", aliases=("应急措施", "应急处置"), group="管控")
    control_tier: Mapped[str] = choice(
        "管控层级", dictionary="risk_control_tier", filter=True, width=90, help="留空时按风险等级确定", group="管控"
    )
    resp_dept: Mapped[str] = text(
        "责任单位", max_length=100, search=True, example="城南储配站", aliases=("责任部门",), group="管控"
    )
    resp_user: Mapped[str] = text(
        "责任人", max_length=50, search=True, example="李四", aliases=("管控责任人",), group="管控"
    )
    check_cycle: Mapped[str | None] = choice(
        "巡查频次", dictionary="check_cycle", filter=True, in_list=False, aliases=("排查频次", "检查频次"), group="管控"
    )
    identified_at: Mapped[date] = day(
        "辨识日期", in_list=False, example="2026-03-01", aliases=("识别日期", "评价日期"), group="管控"
    )
    next_review: Mapped[date] = day(
        "下次评审日期", filter=True, sortable=True, help="留空时为辨识日期一年后", aliases=("复评日期",), group="管控"
    )
