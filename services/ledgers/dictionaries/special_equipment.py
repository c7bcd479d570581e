"""Leaf 5.2. Kinds, categories and varieties follow the 特种设备目录 (质检总局公告2014年第114号); cylinders and safety accessories
are kinds of their own here, for that is how companies keep them. Cycles are months; an administrator may change them.

`inspect_months` may depend on the safety grade: {"3": 36, "*": 72}."""

from typing import Any

from contracts.events import DictionaryItemFact
from kit.directory import DictionaryDeclaration, item

_TSG21 = "TSG 21-2016 7.1.6、8.1.6"
_D7004 = "TSG D7004-2010 第十三条"
_CRANE = "TSG Q7015-2016：桥式、门式等 2 年，塔式、流动式 1 年"
_LIFT = "TSG T7001-2023：按该版检验周期，暂按 1 年，待核定"
_VEHICLE = "TSG 81-2022：叉车 2 年、观光车辆 1 年，待核定"

KIND = DictionaryDeclaration(
    code="special_equipment_kind",
    name="特种设备种类",
    editable=False,
    items=(
        item("boiler", "锅炉", inspect_months=24, first_inspect_months=24, annual_months=12, valve_months=12,
             gauge_months=6, warn_days=[60, 30, 15],
             basis="TSG 11-2020：外部检验 1 年、内部检验 2 年；安全阀每年校验，压力表半年检定"),
        item("pressure_vessel", "压力容器", aliases=("容器",), life_months=240, annual_months=12, valve_months=12,
             gauge_months=6, warn_days=[60, 30, 15],
             basis=f"{_TSG21}；7.2.3.1 安全阀每年至少校验一次；7.1.9 未规定设计使用年限的按 20 年"),
        item("pressure_pipe", "压力管道", aliases=("管道",), annual_months=12, valve_months=12, gauge_months=6,
             warn_days=[60, 30, 15], basis=_D7004),
        item("cylinder", "气瓶", inspect_months=36, first_inspect_months=36, warn_days=[60, 30, 15],
             basis="TSG 23-2021：定期检验周期按气瓶品种"),
        item("lift", "电梯", inspect_months=12, first_inspect_months=12, warn_days=[60, 30, 15], basis=_LIFT),
        item("crane", "起重机械", aliases=("起重机",), inspect_months=24, first_inspect_months=24,
             warn_days=[60, 30, 15], basis=_CRANE),
        item("works_vehicle", "场(厂)内专用机动车辆", aliases=("场内专用机动车辆", "厂内机动车辆", "场（厂）内专用机动车辆"),
             inspect_months=12, first_inspect_months=12, warn_days=[60, 30, 15], basis=_VEHICLE),
        item("safety_accessory", "安全附件", inspect_months=12, first_inspect_months=12, warn_days=[30, 15],
             basis="TSG 21-2016 7.2.3.1、TSG ZF001-2006：安全阀每年至少校验一次"),
    ),
)  # fmt: skip

_VESSEL = {"1": 72, "2": 72, "3": 36, "4": 36}
_GRADES = "首次不超过 3 年；1、2 级一般 6 年，3 级 3 至 6 年取 3 年，4 级监控使用不超过 3 年"
_MOBILE = {"3": 36, "*": 60}

# (value, label, parent, aliases, rules)
_CATEGORIES: tuple[tuple[str, str, str, tuple[str, ...], dict[str, Any]], ...] = (
    ("steam_boiler", "承压蒸汽锅炉", "boiler", ("蒸汽锅炉",), {}),
    ("hot_water_boiler", "承压热水锅炉", "boiler", ("热水锅炉",), {}),
    ("organic_boiler", "有机热载体锅炉", "boiler", (), {}),
    ("fixed_vessel", "固定式压力容器", "pressure_vessel", ("固定容器",),
     {"inspect_months": _VESSEL, "first_inspect_months": 36, "basis": f"{_TSG21}：{_GRADES}"}),
    ("mobile_vessel", "移动式压力容器", "pressure_vessel", ("移动容器",),
     {"inspect_months": _MOBILE, "first_inspect_months": 12,
      "basis": "TSG R0005-2011：罐车首次 1 年，其后 5 年（3 级 3 年）"}),
    ("long_distance_pipe", "长输管道", "pressure_pipe", ("GA", "长输（油气）管道"), {}),
    ("public_pipe", "公用管道", "pressure_pipe", ("GB", "燃气管道", "城镇燃气管道"), {}),
    ("industrial_pipe", "工业管道", "pressure_pipe", ("GC", "工艺管道"),
     {"inspect_months": {"1": 72, "2": 72, "3": 36, "*": 36}, "first_inspect_months": 36,
      "basis": "TSG D7005-2018：首次不超过 3 年，1、2 级不超过 6 年，3 级不超过 3 年"}),
    ("seamless_cylinder", "无缝气瓶", "cylinder", (), {}),
    ("welded_cylinder", "焊接气瓶", "cylinder", (), {}),
    ("special_cylinder", "特种气瓶", "cylinder", ("纤维缠绕气瓶", "低温绝热气瓶"), {}),
    ("traction_lift", "曳引与强制驱动电梯", "lift", ("曳引电梯", "乘客电梯", "载货电梯"), {}),
    ("hydraulic_lift", "液压驱动电梯", "lift", ("液压电梯",), {}),
    ("escalator", "自动扶梯与自动人行道", "lift", ("自动扶梯",), {}),
    ("bridge_crane", "桥式起重机", "crane", ("电动单梁起重机", "行车"), {}),
    ("gantry_crane", "门式起重机", "crane", ("龙门吊",), {}),
    ("tower_crane", "塔式起重机", "crane", ("塔吊",),
     {"inspect_months": 12, "first_inspect_months": 12, "basis": _CRANE}),
    ("mobile_crane", "流动式起重机", "crane", ("汽车起重机", "汽车吊"),
     {"inspect_months": 12, "first_inspect_months": 12, "basis": _CRANE}),
    ("other_crane", "其他起重机械", "crane", ("升降机", "缆索起重机", "机械式停车设备"), {}),
    ("forklift", "机动工业车辆", "works_vehicle", ("叉车",),
     {"inspect_months": 24, "first_inspect_months": 24, "basis": _VEHICLE}),
    ("sightseeing", "非公路用旅游观光车辆", "works_vehicle", ("观光车",), {}),
    ("safety_valve", "安全阀", "safety_accessory", (), {}),
    ("bursting_disc", "爆破片装置", "safety_accessory", ("爆破片",), {}),
    ("shut_off_valve", "紧急切断阀", "safety_accessory", ("紧急切断装置",), {}),
    ("cylinder_valve", "气瓶阀门", "safety_accessory", ("瓶阀",), {}),
)  # fmt: skip

_VARIETIES: tuple[tuple[str, str, str, tuple[str, ...], dict[str, Any]], ...] = (
    ("vessel_super_high", "超高压容器", "fixed_vessel", (), {}),
    ("vessel_3", "第三类压力容器", "fixed_vessel", ("Ⅲ类", "三类压力容器", "III类"), {}),
    ("vessel_2", "第二类压力容器", "fixed_vessel", ("Ⅱ类", "二类压力容器", "II类"), {}),
    ("vessel_1", "第一类压力容器", "fixed_vessel", ("Ⅰ类", "一类压力容器", "I类"), {}),
    ("tank_truck", "汽车罐车", "mobile_vessel", ("槽车", "LNG槽车"),
     {"inspect_months": _MOBILE, "first_inspect_months": 12, "annual_months": 12,
      "basis": "TSG R0005-2011：首次 1 年，其后 5 年（3 级 3 年），并每年年度检验"}),
    ("tube_trailer", "长管拖车", "mobile_vessel", ("管束车", "CNG长管拖车"),
     {"inspect_months": 60, "first_inspect_months": 36, "basis": "TSG R0005-2011：首次 3 年，其后 5 年"}),
    ("tank_container", "罐式集装箱", "mobile_vessel", (), {}),
    ("gb1_1", "GB1-Ⅰ 高压燃气管道", "public_pipe", ("GB1-Ⅰ", "GB1-I"), {}),
    ("gb1_2", "GB1-Ⅱ 高压燃气管道", "public_pipe", ("GB1-Ⅱ", "GB1-II"), {}),
    ("gb1_3", "GB1-Ⅲ 次高压燃气管道", "public_pipe", ("GB1-Ⅲ", "GB1-III"),
     {"inspect_months": 96, "first_inspect_months": 36, "basis": f"{_D7004}：不超过 8 年"}),
    ("gb1_4", "GB1-Ⅳ 次高压、中压燃气管道", "public_pipe", ("GB1-Ⅳ", "GB1-IV"),
     {"inspect_months": 144, "first_inspect_months": 36, "basis": f"{_D7004}：不超过 12 年"}),
    ("gb2", "GB2 热力管道", "public_pipe", ("GB2",),
     {"inspect_months": 144, "first_inspect_months": 36, "basis": f"{_D7004}：不超过 12 年"}),
    ("pe_pipe", "聚乙烯、铸铁管道", "public_pipe", ("PE管", "PE管道", "聚乙烯管道", "铸铁管道"),
     {"inspect_months": 180, "first_inspect_months": 36, "basis": f"{_D7004}：不超过 15 年"}),
    ("lpg_cylinder", "液化石油气钢瓶", "welded_cylinder", ("液化气瓶", "LPG钢瓶"),
     {"inspect_months": 48, "first_inspect_months": 48, "basis": "TSG 23-2021、GB/T 8334：4 年（较早的 3 年）"}),
)  # fmt: skip


def _items(rows: tuple[tuple[str, str, str, tuple[str, ...], dict[str, Any]], ...]) -> tuple[DictionaryItemFact, ...]:
    return tuple(item(value, label, parent=parent, aliases=aliases, **rules)
                 for value, label, parent, aliases, rules in rows)  # fmt: skip


CATEGORY = DictionaryDeclaration(code="special_equipment_category", name="特种设备类别", items=_items(_CATEGORIES))
VARIETY = DictionaryDeclaration(code="special_equipment_variety", name="特种设备品种", items=_items(_VARIETIES))

SAFETY_GRADE = DictionaryDeclaration(
    code="equipment_safety_grade",
    name="安全状况等级",
    editable=False,
    items=tuple(
        item(str(grade), f"{grade}级", aliases=(f"{grade}",), color=colour, basis=_TSG21)
        for grade, colour in ((1, "green"), (2, "green"), (3, "gold"), (4, "orange"), (5, "red"))
    ),
)

CONCLUSION = DictionaryDeclaration(
    code="equipment_conclusion",
    name="检验结论",
    editable=False,
    items=(
        item("passed", "符合要求", aliases=("合格", "允许使用"), color="green"),
        item("mostly", "基本符合", aliases=("基本符合要求", "监控使用"), color="gold"),
        item("failed", "不符合", aliases=("不合格", "不符合要求"), color="red"),
    ),
)

USE_STATUS = DictionaryDeclaration(
    code="equipment_use_status",
    name="特种设备使用状态",
    editable=False,
    items=(
        item("in_use", "在用", aliases=("使用中", "正常"), color="green"),
        item("stopped", "停用", aliases=("封存",), color="default", basis="TSG 08-2017 3.10：停用 1 年以上应当告知"),
        item("scrapped", "报废", aliases=("已报废",), color="default"),
        item("cancelled", "注销", aliases=("已注销",), color="default"),
    ),
)

INSPECTION_STATUS = DictionaryDeclaration(
    code="equipment_inspection_status",
    name="检验状态",
    editable=False,
    items=(
        item("valid", "检验有效", color="green"),
        item("due_soon", "即将到期", color="orange"),
        item("unregistered", "未办理使用登记", color="orange"),
        # Of any of its dates: inspection, yearly check, calibration of valve and gauge, end of life.
        item("overdue", "已超期", aliases=("超期未检",), color="red"),
        item("failed", "检验不合格", color="red"),
        item("out_of_use", "停用或报废", color="default"),
    ),
)

DICTIONARIES = (KIND, CATEGORY, VARIETY, SAFETY_GRADE, CONCLUSION, USE_STATUS, INSPECTION_STATUS)
