"""Leaf 5.3.1. Cycles are months; an administrator may change them without a release."""

from kit.directory import DictionaryDeclaration, item

_CHECK = "GB 50444-2008 5.2.1 / GB 25201：每月检查一次"
_TEST = "GB 25201、消防法第十六条：建筑消防设施每年至少全面检测一次"
_GB_50444 = "GB 50444-2008 5.3.2、5.4.3 / GA 95"

FACILITY_TYPE = DictionaryDeclaration(
    code="fire_facility_type",
    name="消防设施类型",
    items=(
        item("extinguisher", "灭火器", aliases=("手提式灭火器", "推车式灭火器"), check_months=1, basis=_CHECK),
        item("indoor_hydrant", "室内消火栓", aliases=("室内消防栓",), check_months=1, test_months=12, basis=_CHECK),
        item("outdoor_hydrant", "室外消火栓", aliases=("室外消防栓",), check_months=1, test_months=12, basis=_CHECK),
        item("pump", "消防泵", aliases=("消防水泵",), test_months=12, basis=_TEST),
        item("pool", "消防水池", aliases=("消防水箱",), test_months=12, basis=_TEST),
        item("fire_alarm", "自动报警", aliases=("火灾自动报警", "火灾自动报警系统"), test_months=12, basis=_TEST),
        item(
            "gas_alarm",
            "可燃气体报警",
            aliases=("可燃气体报警器", "可燃气体探测器", "燃气报警器"),
            test_months=12,
            basis="JJG 693：可燃气体检测报警器检定周期不超过 1 年",
        ),
        item("sprinkler", "喷淋", aliases=("自动喷水灭火", "喷淋系统"), test_months=12, basis=_TEST),
        item("foam", "泡沫", aliases=("泡沫灭火", "泡沫系统"), test_months=12, basis=_TEST),
        item("emergency_light", "应急照明", aliases=("应急照明和疏散指示", "疏散指示"), test_months=12, basis=_TEST),
        item("fire_door", "防火门", test_months=12, basis=_TEST),
        item("sand", "消防沙", aliases=("消防沙箱", "消防沙池")),
        item("blanket", "灭火毯"),
        item("breathing_apparatus", "正压呼吸器", aliases=("正压式空气呼吸器", "空气呼吸器")),
    ),
)

AGENT = DictionaryDeclaration(
    code="fire_agent",
    name="灭火剂种类",
    items=(
        item("water", "水基", aliases=("水基型", "水", "清水"), first_repair_months=36, repair_months=12,
             scrap_months=72, basis=_GB_50444),
        item("dry_powder", "干粉", aliases=("ABC干粉", "BC干粉", "干粉灭火剂"), first_repair_months=60,
             repair_months=24, scrap_months=120, basis=_GB_50444),
        item("clean_gas", "洁净气体", aliases=("七氟丙烷", "六氟丙烷"), first_repair_months=60, repair_months=24,
             scrap_months=120, basis=_GB_50444),
        item("co2", "二氧化碳", aliases=("CO₂", "CO2"), first_repair_months=60, repair_months=24,
             scrap_months=144, basis=_GB_50444),
        item("storage_cylinder", "贮气瓶", aliases=("储气瓶",), first_repair_months=60, repair_months=24,
             scrap_months=144, basis=_GB_50444),
    ),
)  # fmt: skip

FACILITY_STATUS = DictionaryDeclaration(
    code="fire_facility_status",
    name="消防设施状态",
    editable=False,
    items=(
        item("good", "完好", aliases=("正常", "在用"), color="green"),
        item("repair", "待维修", aliases=("维修中", "故障"), color="orange"),
        item("stopped", "停用", color="default"),
        item("scrapped", "报废", aliases=("已报废",), color="default"),
    ),
)
