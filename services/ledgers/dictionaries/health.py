"""Leaf 5.6.3: cycles by hazard in months. Of somebody with several hazards the shortest counts."""

from kit.directory import DictionaryDeclaration, item

_GBZ = "GBZ 188-2014"
# Where the standard makes the cycle depend on what was measured, a year is on the safe side.
_DEPENDS = f"{_GBZ}：周期按检测结果确定，未定前按 1 年（可按检测结果修改）"

HAZARD = DictionaryDeclaration(
    code="health_hazard",
    name="职业病危害因素",
    items=(
        item("noise_85", "噪声（85 dB(A) 及以上）", aliases=("噪声", "噪声≥85", "噪音"), exam_months=12,
             basis=f"{_GBZ}：噪声作业 85 dB(A) 及以上每年 1 次"),
        item("noise_80", "噪声（80 至 85 dB(A)）", aliases=("噪声80-85", "噪声（80-85）"), exam_months=24,
             basis=f"{_GBZ}：噪声作业 80 至 85 dB(A) 每 2 年 1 次"),
        item("heat", "高温", exam_months=12, basis=f"{_GBZ}：高温作业每年 1 次，在高温季节前"),
        item("odorant", "四氢噻吩/乙硫醇（加臭剂）", aliases=("加臭剂", "四氢噻吩", "乙硫醇"), exam_months=12,
             basis=_DEPENDS),
        item("carbon_monoxide", "一氧化碳", aliases=("CO",), exam_months=12, basis=_DEPENDS),
        item("hydrogen_sulfide", "硫化氢", aliases=("H2S",), exam_months=12, basis=_DEPENDS),
        item("welding_fume", "电焊烟尘/锰", aliases=("电焊烟尘", "锰及其化合物", "锰"), exam_months=12, basis=_DEPENDS),
        item("ultraviolet", "紫外辐射", aliases=("紫外线",), exam_months=12, basis=_DEPENDS),
        item("dust", "粉尘", aliases=("其他粉尘",), exam_months=12, basis=_DEPENDS),
        item("electrician", "电工作业", aliases=("电工",), exam_months=24, basis=f"{_GBZ}：电工作业每 2 年 1 次"),
        item("height", "高处作业", aliases=("高处",), exam_months=12, basis=f"{_GBZ}：高处作业每年 1 次"),
        item("pressure_vessel", "压力容器作业", aliases=("压力容器",), exam_months=24,
             basis=f"{_GBZ}：压力容器作业每 2 年 1 次"),
        item("driver_large", "机动车驾驶（大型车及营运车）", aliases=("机动车驾驶", "职业机动车驾驶"), exam_months=12,
             basis=f"{_GBZ}：大型车及营运性职业驾驶员每年 1 次"),
        item("driver_small", "机动车驾驶（小型车）", aliases=("小型车驾驶",), exam_months=24,
             basis=f"{_GBZ}：小型车及非营运性职业驾驶员每 2 年 1 次"),
    ),
)  # fmt: skip

EXAM_TYPE = DictionaryDeclaration(
    code="exam_type",
    name="体检类别",
    editable=False,
    items=(
        item("before", "上岗前", aliases=("岗前", "上岗前检查")),
        item("during", "在岗期间", aliases=("在岗", "岗中", "在岗期间检查")),
        item("leaving", "离岗时", aliases=("离岗", "离岗时检查")),
        item("emergency", "应急", aliases=("应急检查",)),
        item("after", "离岗后", aliases=("离岗后医学随访",)),
    ),
)

CONCLUSION = DictionaryDeclaration(
    code="exam_conclusion",
    name="体检结论",
    editable=False,
    items=(
        item("normal", "目前未见异常", aliases=("未见异常", "正常"), color="green", basis=f"{_GBZ} 4.8.3"),
        item("recheck", "复查", aliases=("需复查",), color="gold", basis=f"{_GBZ} 4.8.3"),
        item("suspected", "疑似职业病", color="red", basis=f"{_GBZ} 4.8.3"),
        item("contraindicated", "职业禁忌证", aliases=("职业禁忌症",), color="red", basis=f"{_GBZ} 4.8.3"),
        item("other", "其他疾病或异常", aliases=("其他疾病", "其他异常"), color="orange", basis=f"{_GBZ} 4.8.3"),
    ),
)

EXAM_STATUS = DictionaryDeclaration(
    code="exam_status",
    name="体检状态",
    editable=False,
    items=(
        item("valid", "正常", color="green"),
        item("due_soon", "即将到期", color="orange"),
        item("recheck", "待复查", color="gold"),
        item("overdue", "超期未检", color="red"),
        item("left", "已离岗", color="default"),
    ),
)

DICTIONARIES = (HAZARD, EXAM_TYPE, CONCLUSION, EXAM_STATUS)
