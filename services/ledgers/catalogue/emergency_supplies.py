"""Leaf 7.3."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import After, EveryMonths, NotFuture, choice, code, day, decimal, department, integer, phone, text
from services.ledgers.conditions import Among, Below, Past
from services.ledgers.ledger import Case, Expiry, Ledger, LedgerRow, Movements, Shortage, Status, Tag

OUT_OF_USE = Among("status", ("scrapped",))


class EmergencySupply(LedgerRow):
    """What stands ready in the stores: shelf life, maintenance, minimum stock."""

    ledger = Ledger(
        slug="emergency-supplies",
        title="应急物资",
        leaf="7.3",
        description="应急物资储备；有效期留空表示长期有效",
        natural_key=("dept_id", "warehouse", "name", "spec", "batch_no"),
        row_title=("name", "spec", "warehouse"),
        list_first=("name", "stock_status", "quantity", "unit", "min_stock", "warehouse", "expiry_date", "dept_id"),
        rules=(
            EveryMonths("next_maintain", after="last_maintain", months="maintain_cycle"),
            NotFuture("made_date"),
            NotFuture("last_maintain"),
            After("expiry_date", "made_date"),
            After("next_maintain", "last_maintain"),
        ),
        expiry=(
            Expiry("expiry_date", warn_days=(60, 30, 7), suppressed_when=OUT_OF_USE),
            Expiry("next_maintain", warn_days=(30, 7), suppressed_when=OUT_OF_USE),
        ),
        status=Status(
            key="stock_status",
            title="储备情况",
            dictionary="stock_status",
            # What has expired is there and must not be relied on, however much of it there is.
            cases=(
                Case("expired", Past("expiry_date") & ~OUT_OF_USE),
                Case("low", Below("quantity", "min_stock") & ~OUT_OF_USE),
            ),
            otherwise="enough",
        ),
        label=Tag("name", "batch_no", ("spec", "warehouse", "shelf")),
        shortage=Shortage("quantity", "min_stock", unless=OUT_OF_USE),
        movements=Movements("quantity", kinds="stock_movement_kind", unit="unit"),
        facts=("category", "status", "quantity", "min_stock", "expiry_date", "next_maintain"),
    )

    name: Mapped[str] = text(
        "物资名称",
        max_length=100,
        search=True,
        example="防爆手电筒",
        aliases=("名称", "物品名称", "器材名称", "装备名称"),
    )
    category: Mapped[str] = choice(
        "类别", dictionary="emergency_supply_category", filter=True, example="照明", aliases=("物资类别", "分类")
    )
    spec: Mapped[str | None] = text("规格型号", max_length=100, search=True, example="BAD202", aliases=("规格", "型号"))
    dept_id: Mapped[UUID] = department(
        "所属部门", filter=True, aliases=("部门", "所属单位", "储备单位", "使用部门", "管理部门")
    )
    warehouse: Mapped[str] = text(
        "存放地点", max_length=100, search=True, example="1号库", aliases=("仓库", "仓库名称", "存放位置", "存放库房")
    )
    shelf: Mapped[str | None] = text("货架", max_length=50, in_list=False, aliases=("货架号", "货位"))
    batch_no: Mapped[str | None] = code("批次号", search=True, example="P2107-001", aliases=("批号",))
    quantity: Mapped[Decimal] = decimal(
        "数量", digits=12, precision=2, min=0, example=20, aliases=("现有数量", "库存数量")
    )
    min_stock: Mapped[Decimal | None] = decimal(
        "最低储备量", digits=12, precision=2, min=0, aliases=("最低库存", "最低储备")
    )
    unit: Mapped[str] = text("单位", max_length=10, example="个", width=60, aliases=("计量单位",))
    made_date: Mapped[date | None] = day("生产日期", in_list=False, aliases=("出厂日期",))
    expiry_date: Mapped[date | None] = day(
        "有效期至",
        filter=True,
        sortable=True,
        blank_words=("长期", "长期有效"),
        help="留空表示长期有效",
        aliases=("有效期", "有效期止", "有效期截止"),
    )
    maintain_cycle: Mapped[int | None] = integer("维护周期（月）", min=1, max=120, in_list=False, aliases=("维护周期",))
    last_maintain: Mapped[date | None] = day("上次维护日期", in_list=False, aliases=("维护日期",))
    next_maintain: Mapped[date | None] = day("下次维护日期", filter=True, sortable=True, help="留空时按维护周期推算")
    keeper: Mapped[str] = text(
        "保管人", max_length=50, search=True, example="李四", aliases=("责任人", "管理人", "负责人", "保管员")
    )
    # The number that is called in an emergency: a duty number, not a private one.
    phone: Mapped[str] = phone(
        "电话", fixed_line=True, example="13900000000", aliases=("联系电话", "保管人电话", "手机")
    )
    status: Mapped[str] = choice(
        "状态", dictionary="emergency_supply_status", filter=True, default="good", example="完好"
    )
