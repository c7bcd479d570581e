"""Leaf 5.3.1."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import After, DueDate, NotFuture, RequiredWhen, choice, code, day, department, integer, text
from services.ledgers.conditions import Among
from services.ledgers.ledger import Expiry, Ledger, LedgerRow, Tag

OUT_OF_USE = Among("status", ("stopped", "scrapped"))
EXTINGUISHER = RequiredWhen("facility_type", ("extinguisher",))


class FireFacility(LedgerRow):
    """Extinguishers with repair and scrap dates (GB 50444-2008, GA 95), hydrants, pumps, alarms with their checks and
    yearly tests (GB 25201, JJG 693)."""

    ledger = Ledger(
        slug="fire-facilities",
        title="消防设施台账",
        leaf="5.3.1",
        description="灭火器、消火栓、消防泵、报警等设施；灭火器的维修、报废日期按灭火剂种类推算",
        natural_key=("dept_id", "facility_no"),
        row_title=("name", "facility_no"),
        list_first=("facility_no", "name", "facility_type", "location", "status"),
        rules=(
            DueDate("scrap_date", after=("made_date",), months="scrap_months", by=("agent",)),
            DueDate("next_repair", after=("refill_date",), months="repair_months", by=("agent",),
                    first_after="made_date", first_months="first_repair_months", until="scrap_date"),
            DueDate("next_check", after=("last_check",), months="check_months", by=("facility_type",)),
            DueDate("next_test", after=("last_test",), months="test_months", by=("facility_type",)),
            NotFuture("made_date"),
            NotFuture("refill_date"),
            NotFuture("last_check"),
            NotFuture("last_test"),
            After("refill_date", "made_date", same_day=True),
            After("scrap_date", "made_date"),
            After("next_repair", "made_date"),
            After("next_check", "last_check"),
            After("next_test", "last_test"),
        ),
        expiry=(
            Expiry("next_repair", warn_days=(60, 30, 7), suppressed_when=OUT_OF_USE),
            Expiry("scrap_date", warn_days=(60, 30, 7), suppressed_when=OUT_OF_USE),
            # Checks are monthly: a longer lead would warn all the time.
            Expiry("next_check", warn_days=(7,), suppressed_when=OUT_OF_USE),
            Expiry("next_test", warn_days=(60, 30, 7), suppressed_when=OUT_OF_USE),
        ),
        label=Tag("name", "facility_no", ("location",)),
        facts=("facility_type", "agent", "status", "quantity", "next_repair", "scrap_date", "next_check", "next_test"),
    )  # fmt: skip

    facility_no: Mapped[str] = code(
        "设施编号",
        max_length=50,
        search=True,
        width=110,
        example="XF-31-0001",
        aliases=("编号", "设备编号", "器材编号"),
    )
    name: Mapped[str] = text(
        "设施名称",
        max_length=100,
        search=True,
        width=130,
        example="手提式干粉灭火器",
        aliases=("名称", "设备名称", "器材名称", "消防器材名称"),
    )
    facility_type: Mapped[str] = choice(
        "类型",
        dictionary="fire_facility_type",
        filter=True,
        width=90,
        example="灭火器",
        aliases=("设施类型", "类别", "设施类别", "器材类型", "器材类别"),
    )
    agent: Mapped[str | None] = choice(
        "灭火剂种类",
        dictionary="fire_agent",
        filter=True,
        required_when=EXTINGUISHER,
        example="干粉",
        aliases=("灭火剂", "灭火剂类型"),
    )
    dept_id: Mapped[UUID] = department("所属部门", filter=True, aliases=("部门", "所属单位", "使用部门"))
    location: Mapped[str] = text(
        "放置位置",
        search=True,
        width=110,
        example="北区5号点",
        aliases=("位置", "设置位置", "安装位置", "放置地点", "存放位置", "存放地点", "摆放位置"),
    )
    spec: Mapped[str] = text("规格型号", max_length=100, search=True, example="MFZ/ABC8", aliases=("型号", "规格"))
    quantity: Mapped[int] = integer("数量", min=1, max=1_000_000, example=2, width=70)
    unit: Mapped[str] = text("单位", max_length=10, example="具", width=60, aliases=("计量单位",))
    maker: Mapped[str | None] = text(
        "生产厂家", max_length=100, in_list=False, aliases=("厂家", "制造单位", "生产单位", "生产厂商", "制造厂家")
    )
    made_date: Mapped[date | None] = day(
        "出厂日期", required_when=EXTINGUISHER, example="2024-05-01", aliases=("生产日期", "制造日期")
    )
    refill_date: Mapped[date | None] = day(
        "上次维修日期", in_list=False, aliases=("上次维修/充装", "充装日期", "维修日期")
    )
    next_repair: Mapped[date | None] = day(
        "下次维修日期", filter=True, sortable=True, help="灭火器留空时按灭火剂种类推算", aliases=("下次充装日期",)
    )
    scrap_date: Mapped[date | None] = day(
        "报废日期",
        filter=True,
        sortable=True,
        help="灭火器留空时按灭火剂种类推算",
        aliases=("应报废日期", "到期报废日期"),
    )
    last_check: Mapped[date | None] = day("上次检查日期", in_list=False, aliases=("检查日期", "上次检查时间"))
    next_check: Mapped[date | None] = day("下次检查日期", filter=True, sortable=True, aliases=("下次检查时间",))
    last_test: Mapped[date | None] = day("上次年度检测", in_list=False, aliases=("上次检测日期", "年度检测日期"))
    next_test: Mapped[date | None] = day("下次年度检测", filter=True, sortable=True, aliases=("下次检测日期",))
    keeper: Mapped[str] = text(
        "责任人", max_length=50, search=True, example="张三", aliases=("管理人", "负责人", "保管人", "管理人员")
    )
    status: Mapped[str] = choice(
        "状态", dictionary="fire_facility_status", filter=True, width=72, default="good", example="完好"
    )
