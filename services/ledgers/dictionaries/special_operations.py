"""Leaf 4.3. Special operations: the catalogue annexed to 国家安全监管总局令第30号 (as amended by 第80号). Operators of
special equipment: 市场监管总局公告2019年第3号, TSG Z6001-2019. A gas company's mining and fireworks classes are left out."""

from contracts.events import DictionaryItemFact
from kit.directory import DictionaryDeclaration, item

OPERATION, EQUIPMENT = "special_operation", "special_equipment"
_ORDER_30 = "国家安全监管总局令第30号 第二十一条"
_TSG = "TSG Z6001-2019"

CERT_TYPE = DictionaryDeclaration(
    code="special_operation_cert_type",
    name="特种作业证书类型",
    editable=False,
    items=(
        item(
            OPERATION,
            "特种作业操作证",
            aliases=("特种作业证", "特种作业人员操作证", "中华人民共和国特种作业操作证", "IC卡操作证"),
            validity_months=72,
            review_months=36,
            warn_days=[90, 60, 30],
            basis=f"{_ORDER_30}：有效期 6 年，每 3 年复审 1 次；期满前 60 日内申请",
        ),
        item(
            EQUIPMENT,
            "特种设备安全管理和作业人员证",
            aliases=("特种设备作业人员证", "特种设备作业证", "特种设备操作证", "特种设备人员证"),
            validity_months=48,
            warn_days=[60, 30],
            basis=f"{_TSG}：有效期 4 年，期满 1 个月前申请复审",
        ),
    ),
)

# (value, label, parent, aliases). An item's label without 作业 is an alias of it, and so is its name without the code.
_CATEGORIES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("electrician", "电工作业", OPERATION, ("电工",)),
    ("welding", "焊接与热切割作业", OPERATION, ("焊接与热切割", "焊接切割作业", "焊工")),
    ("height", "高处作业", OPERATION, ("高处", "登高作业")),
    ("refrigeration", "制冷与空调作业", OPERATION, ("制冷与空调",)),
    ("oil_gas", "石油天然气安全作业", OPERATION, ("石油天然气作业",)),
    ("metallurgical_gas", "冶金（有色）生产安全作业", OPERATION, ("冶金生产安全作业",)),
    ("hazardous_chemicals", "危险化学品安全作业", OPERATION, ("危险化学品作业", "危化品作业")),
    ("other_operation", "其他特种作业", OPERATION, ("其他作业",)),
    ("equipment_management", "特种设备安全管理", EQUIPMENT, ("安全管理",)),
    ("boiler", "锅炉作业", EQUIPMENT, ("锅炉",)),
    ("pressure_vessel", "压力容器作业", EQUIPMENT, ("压力容器",)),
    ("cylinder", "气瓶作业", EQUIPMENT, ("气瓶", "气瓶充装作业")),
    ("lift", "电梯作业", EQUIPMENT, ("电梯",)),
    ("crane", "起重机作业", EQUIPMENT, ("起重机", "起重机械作业")),
    (
        "works_vehicle",
        "场(厂)内专用机动车辆作业",
        EQUIPMENT,
        ("场内专用机动车辆作业", "厂内专用机动车辆作业", "厂内机动车辆"),
    ),
    ("safety_accessory", "安全附件维修作业", EQUIPMENT, ("安全附件维修",)),
    ("equipment_welding", "特种设备焊接作业", EQUIPMENT, ("特种设备焊接",)),
)

_OPERATION_ITEMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("low_voltage", "低压电工作业", "electrician", ("低压电工", "低压运行维修作业")),
    ("high_voltage", "高压电工作业", "electrician", ("高压电工", "高压运行维护作业")),
    ("power_cable", "电力电缆作业", "electrician", ()),
    ("relay_protection", "继电保护作业", "electrician", ()),
    ("electrical_test", "电气试验作业", "electrician", ()),
    ("explosion_proof_electric", "防爆电气作业", "electrician", ("防爆电工作业",)),
    (
        "fusion_welding",
        "熔化焊接与热切割作业",
        "welding",
        ("熔化焊接与热切割", "熔化焊接与切割作业", "焊接与热切割", "电焊", "气焊", "电气焊", "电焊工"),
    ),
    ("pressure_welding", "压力焊作业", "welding", ()),
    ("brazing", "钎焊作业", "welding", ()),
    ("scaffolding", "登高架设作业", "height", ("登高架设",)),
    ("height_installation", "高处安装、维护、拆除作业", "height", ("高处安装维护拆除作业", "高处安装、维护、拆除")),
    ("refrigeration_operation", "制冷与空调设备运行操作作业", "refrigeration", ("制冷与空调设备运行操作",)),
    ("refrigeration_repair", "制冷与空调设备安装修理作业", "refrigeration", ("制冷与空调设备安装修理",)),
    ("drilling", "司钻作业", "oil_gas", ()),
    ("coal_gas", "煤气作业", "metallurgical_gas", ()),
    ("chemical_instruments", "化工自动化控制仪表作业", "hazardous_chemicals", ("化工自动化控制仪表",)),
    ("cracking", "裂解（裂化）工艺作业", "hazardous_chemicals", ("裂解工艺作业",)),
    ("hydrogenation", "加氢工艺作业", "hazardous_chemicals", ()),
    ("oxidation", "氧化工艺作业", "hazardous_chemicals", ()),
    ("polymerisation", "聚合工艺作业", "hazardous_chemicals", ()),
    ("ammonia", "合成氨工艺作业", "hazardous_chemicals", ()),
    ("alkylation", "烷基化工艺作业", "hazardous_chemicals", ()),
    ("other_special_operation", "其他特种作业项目", "other_operation", ()),
)

_EQUIPMENT_ITEMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("A", "A 特种设备安全管理", "equipment_management", ("特种设备安全管理员", "安全管理员")),
    ("G1", "G1 工业锅炉司炉", "boiler", ("司炉", "司炉工")),
    ("G2", "G2 电站锅炉司炉", "boiler", ()),
    ("G3", "G3 锅炉水处理", "boiler", ("水处理",)),
    ("R1", "R1 快开门式压力容器操作", "pressure_vessel", ("快开门式压力容器", "固定式压力容器操作")),
    ("R2", "R2 移动式压力容器充装", "pressure_vessel", ("移动式压力容器", "移动式容器充装")),
    ("R3", "R3 氧舱维护保养", "pressure_vessel", ()),
    ("P", "P 气瓶充装", "cylinder", ("气瓶充装工",)),
    ("T", "T 电梯修理", "lift", ("电梯维修",)),
    ("Q1", "Q1 起重机指挥", "crane", ("起重指挥",)),
    ("Q2", "Q2 起重机司机", "crane", ("起重司机", "起重机械司机")),
    ("N1", "N1 叉车司机", "works_vehicle", ("叉车", "叉车工")),
    ("N2", "N2 观光车和观光列车司机", "works_vehicle", ("观光车司机",)),
    ("F", "F 安全阀校验", "safety_accessory", ("安全阀校验员",)),
    ("metal_welding", "金属焊接操作", "equipment_welding", ("特种设备金属焊接", "压力管道焊工")),
    ("non_metal_welding", "非金属焊接操作", "equipment_welding", ("特种设备非金属焊接", "PE管焊接", "聚乙烯焊工")),
)


def _item(value: str, label: str, parent: str, aliases: tuple[str, ...], basis: str) -> DictionaryItemFact:
    short = label.removesuffix("作业").removeprefix(f"{value} ")
    extra = (short,) if short not in (label, *aliases) else ()
    return item(value, label, parent=parent, aliases=(*aliases, *extra), basis=basis)


CATEGORY = DictionaryDeclaration(
    code="special_operation_category",
    name="特种作业类别",
    items=tuple(
        item(value, label, parent=parent, aliases=aliases, basis=_ORDER_30 if parent == OPERATION else _TSG)
        for value, label, parent, aliases in _CATEGORIES
    ),
)

ITEM = DictionaryDeclaration(
    code="special_operation_item",
    name="特种作业准操项目",
    items=(
        *(_item(*row, "国家安全监管总局令第30号 附件《特种作业目录》") for row in _OPERATION_ITEMS),
        *(_item(*row, "市场监管总局公告2019年第3号") for row in _EQUIPMENT_ITEMS),
    ),
)
