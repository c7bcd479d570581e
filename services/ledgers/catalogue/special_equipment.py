"""Leaf 5.2."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import (
    After,
    DueDate,
    EveryMonths,
    NotFuture,
    RequiredWhen,
    choice,
    code,
    day,
    decimal,
    department,
    integer,
    text,
)
from services.ledgers.conditions import Among, DueWithin, Filled, Past, any_of
from services.ledgers.ledger import Case, Expiry, Ledger, LedgerRow, Status, Tag

WATCHED = ("next_inspect", "next_annual", "next_valve_cal", "gauge_next", "scrap_date")
OUT_OF_USE = Among("use_status", ("stopped", "scrapped", "cancelled"))
GRADED = RequiredWhen("kind", ("pressure_vessel", "pressure_pipe"))
KIND = ("variety", "category", "kind")
# Accessories and cylinders are not registered one by one.
REGISTERED_ONE_BY_ONE = ~Among("kind", ("safety_accessory", "cylinder"))


class SpecialEquipment(LedgerRow):
    """Boilers, vessels, pipes, cylinders, lifts, cranes, works vehicles and safety accessories: registration of use and
    statutory inspection (特种设备安全法, TSG 08-2017)."""

    ledger = Ledger(
        slug="special-equipment",
        title="特种设备",
        leaf="5.2",
        description="特种设备的使用登记、定期检验和年度检查；下次检验日期以检验报告为准，留空时按检验周期推算",
        natural_key=("dept_id", "internal_no"),
        also_unique=(("equip_code",),),
        row_title=("name", "internal_no"),
        list_first=("name", "internal_no", "inspection_status", "next_inspect", "location", "dept_id"),
        rules=(
            EveryMonths("scrap_date", after="in_use_date", months="design_life", years=True),
            DueDate("scrap_date", after=("in_use_date", "made_date"), months="life_months", by=KIND),
            DueDate("next_inspect", after=("last_inspect",), months="inspect_months", by=KIND,
                    first_after="in_use_date", first_months="first_inspect_months", depending_on="safety_status"),
            DueDate("next_annual", after=("last_annual", "in_use_date"), months="annual_months", by=KIND),
            DueDate("next_valve_cal", after=("last_valve_cal",), months="valve_months", by=KIND),
            DueDate("gauge_next", after=("gauge_last",), months="gauge_months", by=KIND),
            *(NotFuture(key) for key in ("made_date", "use_reg_date", "last_inspect", "last_annual", "last_valve_cal",
                                         "gauge_last")),
            After("in_use_date", "made_date", same_day=True),
            After("last_inspect", "made_date", same_day=True),
            After("next_inspect", "last_inspect"),
            After("next_annual", "last_annual"),
            After("next_valve_cal", "last_valve_cal"),
            After("gauge_next", "gauge_last"),
            After("scrap_date", "made_date"),
        ),
        expiry=(
            Expiry("next_inspect", warn_days=(60, 30, 15), warn_days_of="kind", suppressed_when=OUT_OF_USE),
            Expiry("next_annual", warn_days=(30, 15), suppressed_when=OUT_OF_USE),
            Expiry("next_valve_cal", warn_days=(30, 15), suppressed_when=OUT_OF_USE),
            Expiry("gauge_next", warn_days=(30, 15), suppressed_when=OUT_OF_USE),
            Expiry("scrap_date", warn_days=(90, 60, 30), suppressed_when=OUT_OF_USE),
        ),
        status=Status(
            key="inspection_status",
            title="检验状态",
            dictionary="equipment_inspection_status",
            cases=(
                Case("out_of_use", OUT_OF_USE),
                Case("failed", Among("conclusion", ("failed",))),
                Case("overdue", any_of(Past(key) for key in WATCHED)),
                # 特种设备安全法 33 条: before it is used, or within 30 days after.
                Case("unregistered", Past("in_use_date", days=30) & ~Filled("use_reg_no") & REGISTERED_ONE_BY_ONE),
                Case("due_soon", DueWithin("next_inspect", 60) | any_of(DueWithin(key, 30) for key in WATCHED)),
            ),
            otherwise="valid",
        ),
        label=Tag("name", "internal_no", ("location",)),
        facts=("kind", "category", "use_status", "safety_status", "conclusion", "next_inspect", "next_annual", "scrap_date"),
    )  # fmt: skip

    name: Mapped[str] = text(
        "设备名称",
        max_length=100,
        search=True,
        width=150,
        example="1#LNG储罐",
        aliases=("名称", "特种设备名称"),
        group="基本信息",
    )
    kind: Mapped[str] = choice(
        "设备种类", dictionary="special_equipment_kind", filter=True, example="压力容器", aliases=("种类",),
        group="基本信息",
    )  # fmt: skip
    category: Mapped[str] = choice(
        "设备类别", dictionary="special_equipment_category", within="kind", filter=True, width=140,
        example="固定式压力容器", aliases=("类别",), group="基本信息",
    )  # fmt: skip
    variety: Mapped[str | None] = choice(
        "设备品种", dictionary="special_equipment_variety", within="category", filter=True, in_list=False,
        aliases=("品种",), group="基本信息",
    )  # fmt: skip
    equip_code: Mapped[str | None] = code(
        "设备代码", max_length=20, search=True, pattern=r"[0-9A-Z]{17,20}", pattern_message="设备代码为 17 至 20 位数字或大写字母",
        example="21501010120260001", aliases=("设备注册代码", "注册代码"), group="基本信息",
    )  # fmt: skip
    internal_no: Mapped[str] = code(
        "单位内编号", max_length=50, search=True, example="TS-0001", aliases=("内部编号", "单位编号", "设备编号"),
        group="基本信息",
    )  # fmt: skip
    dept_id: Mapped[UUID] = department(
        "所属部门", filter=True, aliases=("部门", "使用部门", "所属单位", "使用单位"), group="基本信息"
    )
    location: Mapped[str] = text(
        "使用地点", search=True, example="城南储配站罐区", aliases=("安装位置", "使用地址", "位置"), group="基本信息"
    )
    use_reg_no: Mapped[str | None] = code(
        "使用登记证编号", search=True, help="投用前或投用后 30 日内办理", aliases=("使用登记证号", "登记证号", "使用证编号"),
        group="使用登记",
    )  # fmt: skip
    use_reg_date: Mapped[date | None] = day("登记日期", in_list=False, aliases=("使用登记日期",), group="使用登记")
    reg_org: Mapped[str | None] = text("登记机关", max_length=100, in_list=False, group="使用登记")
    model: Mapped[str] = text(
        "型号规格", max_length=100, search=True, example="CFL-100/0.8", aliases=("型号", "规格型号"), group="制造安装"
    )
    factory_no: Mapped[str | None] = code(
        "出厂编号", search=True, in_list=False, aliases=("产品编号",), group="制造安装"
    )
    maker: Mapped[str] = text(
        "制造单位", max_length=100, search=True, in_list=False, example="某某低温设备有限公司",
        aliases=("制造厂家", "生产厂家"), group="制造安装",
    )  # fmt: skip
    made_date: Mapped[date] = day(
        "制造日期", in_list=False, example="2021-05-20", aliases=("出厂日期",), group="制造安装"
    )
    installer: Mapped[str | None] = text("安装单位", max_length=100, in_list=False, group="制造安装")
    in_use_date: Mapped[date] = day(
        "投用日期", in_list=False, example="2021-09-01", aliases=("投入使用日期",), group="制造安装"
    )
    pressure: Mapped[Decimal | None] = decimal(
        "设计压力（MPa）", digits=9, precision=3, min=-1, in_list=False, aliases=("设计压力", "设计压力(MPa)"),
        group="主要参数",
    )  # fmt: skip
    temperature: Mapped[str | None] = text(
        "设计温度（℃）", max_length=50, in_list=False, aliases=("设计温度", "设计温度(℃)"), group="主要参数"
    )
    volume: Mapped[Decimal | None] = decimal(
        "容积（m³）", digits=12, precision=3, min=0, in_list=False, aliases=("容积", "容积(m³)"), group="主要参数"
    )
    medium: Mapped[str | None] = text("介质", max_length=50, in_list=False, aliases=("工作介质",), group="主要参数")
    pipe_size: Mapped[str | None] = text(
        "管径/长度", max_length=100, in_list=False, aliases=("管径", "管道规格"), group="主要参数"
    )
    load: Mapped[str | None] = text(
        "额定载荷/速度", max_length=50, in_list=False, aliases=("额定载荷", "额定起重量"), group="主要参数"
    )
    safety_status: Mapped[str | None] = choice(
        "安全状况等级", dictionary="equipment_safety_grade", filter=True, required_when=GRADED, example="1级",
        help="压力容器、压力管道必填", aliases=("安全等级",), group="检验",
    )  # fmt: skip
    design_life: Mapped[int | None] = integer(
        "设计使用年限", min=1, max=100, in_list=False, aliases=("设计使用年限（年）", "使用年限"), group="检验"
    )
    scrap_date: Mapped[date | None] = day(
        "应报废日期", filter=True, sortable=True, in_list=False, help="留空时按设计使用年限推算", group="检验"
    )
    last_inspect: Mapped[date | None] = day(
        "上次检验日期",
        example="2024-09-10",
        help="尚未首次检验的留空",
        aliases=("检验日期", "最近检验日期"),
        group="检验",
    )
    inspect_org: Mapped[str | None] = text(
        "检验机构", max_length=100, in_list=False, aliases=("检验单位",), group="检验"
    )
    report_no: Mapped[str | None] = code(
        "检验报告编号", search=True, in_list=False, aliases=("报告编号",), group="检验"
    )
    conclusion: Mapped[str | None] = choice(
        "检验结论", dictionary="equipment_conclusion", filter=True, example="符合要求", aliases=("结论",), group="检验"
    )
    next_inspect: Mapped[date] = day(
        "下次检验日期", filter=True, sortable=True, help="以检验报告为准；留空时按检验周期推算",
        aliases=("检验有效期", "下次定期检验日期", "检验有效期至"), group="检验",
    )  # fmt: skip
    last_annual: Mapped[date | None] = day("年度检查日期", in_list=False, aliases=("上次年度检查",), group="检验")
    next_annual: Mapped[date | None] = day(
        "下次年度检查",
        filter=True,
        sortable=True,
        in_list=False,
        help="压力容器、压力管道每年一次，留空时推算",
        group="检验",
    )
    valve_no: Mapped[str | None] = code("安全阀编号", search=True, in_list=False, group="附件")
    last_valve_cal: Mapped[date | None] = day(
        "安全阀上次校验", in_list=False, aliases=("安全阀校验日期",), group="附件"
    )
    next_valve_cal: Mapped[date | None] = day(
        "安全阀下次校验", filter=True, sortable=True, in_list=False, help="一般每年一次，留空时推算", group="附件"
    )
    gauge_last: Mapped[date | None] = day("压力表上次检定", in_list=False, aliases=("压力表检定日期",), group="附件")
    gauge_next: Mapped[date | None] = day(
        "压力表下次检定", filter=True, sortable=True, in_list=False, help="一般半年一次，留空时推算", group="附件"
    )
    keeper: Mapped[str] = text(
        "安全管理员",
        max_length=50,
        search=True,
        example="李四",
        aliases=("管理员", "责任人", "负责人", "安全管理人员"),
        group="使用",
    )
    use_status: Mapped[str] = choice(
        "使用状态", dictionary="equipment_use_status", filter=True, default="in_use", example="在用",
        help="停用一年以上应在 30 日内告知登记机关", aliases=("设备状态", "状态"), group="使用",
    )  # fmt: skip
