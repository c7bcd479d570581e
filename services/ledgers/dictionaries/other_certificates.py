"""Leaf 4.4."""

from kit.directory import DictionaryDeclaration, item

SAFETY_ENGINEER, CONSTRUCTOR, TRANSPORT, FACILITY = "safety_engineer", "constructor", "dangerous_goods", "fire_facility"
_ROADS = "道路运输从业人员管理规定：从业资格证有效期 6 年"

CERT_TYPE = DictionaryDeclaration(
    code="registered_certificate_type",
    name="注册资格类型",
    items=(
        item(SAFETY_ENGINEER, "注册安全工程师", aliases=("中级注册安全工程师", "注安师"), validity_months=60,
             basis="注册安全工程师职业资格制度规定：注册有效期 5 年（原注册为 3 年，以证书为准）"),
        item("fire_engineer", "注册消防工程师", aliases=("一级注册消防工程师",), validity_months=36,
             basis="注册消防工程师管理规定（公安部令第143号）：注册有效期 3 年"),
        item(CONSTRUCTOR, "注册建造师", aliases=("一级建造师", "二级建造师", "建造师"), validity_months=36,
             basis="注册建造师管理规定（建设部令第153号）：注册有效期 3 年"),
        item(FACILITY, "消防设施操作员", aliases=("建构筑物消防员", "消防设施操作员证"),
             basis="消防设施操作员国家职业技能标准：职业技能等级证书长期有效"),
        item("utility_engineer", "注册公用设备工程师", aliases=("注册公用设备工程师（动力）", "公用设备工程师"),
             validity_months=36, basis="勘察设计注册工程师管理规定（建设部令第137号）：注册有效期 3 年"),
        item("equipment_engineer", "注册设备监理师", aliases=("注册设备工程师", "设备监理师"), validity_months=36,
             basis="注册设备监理师执业资格制度：注册有效期 3 年（以证书为准）"),
        item("occupational_health", "职业卫生管理人员培训合格证", aliases=("职业卫生管理人员", "职业卫生"),
             validity_months=36, basis="职业病防治法 第三十四条；有效期以证书为准（常见 3 年）"),
        item(TRANSPORT, "危货运输从业资格", aliases=("道路危险货物运输从业资格", "道路危险货物运输从业资格证"),
             validity_months=72, basis=_ROADS),
    ),
)  # fmt: skip

SPECIALITY = DictionaryDeclaration(
    code="registered_speciality",
    name="注册专业",
    items=(
        item("chemical_safety", "化工安全", parent=SAFETY_ENGINEER),
        item("construction_safety", "建筑施工安全", parent=SAFETY_ENGINEER),
        item("road_safety", "道路运输安全", parent=SAFETY_ENGINEER),
        item("metallurgy_safety", "金属冶炼安全", parent=SAFETY_ENGINEER),
        item("mine_safety", "矿山安全", aliases=("煤矿安全", "金属非金属矿山安全"), parent=SAFETY_ENGINEER),
        item("other_safety", "其他安全", parent=SAFETY_ENGINEER),
        item("municipal", "市政公用工程", parent=CONSTRUCTOR),
        item("mechanical", "机电工程", parent=CONSTRUCTOR),
        item("building", "建筑工程", parent=CONSTRUCTOR),
        item("petrochemical", "石油化工工程", parent=CONSTRUCTOR),
        item("monitoring", "消防设施监控操作", aliases=("监控",), parent=FACILITY),
        item("maintenance", "消防设施检测维修保养", aliases=("检测维修保养",), parent=FACILITY),
        item("driver", "危货运输驾驶员", aliases=("驾驶员",), parent=TRANSPORT, basis=_ROADS),
        item("escort", "危货运输押运员", aliases=("押运员",), parent=TRANSPORT, basis=_ROADS),
        item("loader", "危货运输装卸管理人员", aliases=("装卸管理人员",), parent=TRANSPORT, basis=_ROADS),
    ),
)
