"""Leaf 6.2. The matrices are data: the factors that a method multiplies with the values they may have, and the bands of the
product, falling. A company that folds the bands otherwise changes them here or in the dictionary."""

from kit.directory import DictionaryDeclaration, item

_REVIEW = "安全生产法 第四十一条；风险每年至少评审一次"

LEVEL = DictionaryDeclaration(
    code="risk_level",
    name="风险等级",
    editable=False,
    items=(
        item("major", "重大", aliases=("重大风险", "红", "一级", "1级"), color="red", control_tier="company",
             review_months=12, basis=f"{_REVIEW}；公司级管控"),
        item("larger", "较大", aliases=("较大风险", "橙", "二级", "2级"), color="orange", control_tier="department",
             review_months=12, basis=f"{_REVIEW}；部门级管控"),
        item("general", "一般", aliases=("一般风险", "黄", "三级", "3级"), color="gold", control_tier="team",
             review_months=12, basis=f"{_REVIEW}；班组级管控"),
        item("low", "低", aliases=("低风险", "蓝", "四级", "4级"), color="blue", control_tier="post",
             review_months=12, basis=f"{_REVIEW}；岗位级管控"),
    ),
)  # fmt: skip

METHOD = DictionaryDeclaration(
    code="risk_method",
    name="风险评价方法",
    editable=False,
    items=(
        item("lec", "LEC", aliases=("作业条件危险性评价", "LEC法", "作业条件危险性分析"),
             factors={"likelihood": [10, 6, 3, 1, 0.5, 0.2, 0.1], "exposure": [10, 6, 3, 2, 1, 0.5],
                      "consequence": [100, 40, 15, 7, 3, 1]},
             bands=[[320, "major"], [160, "larger"], [70, "general"], [0, "low"]],
             basis="作业条件危险性评价法（LEC）：D=L×E×C；D≥320 重大、160 至 320 较大、70 至 160 一般、70 以下低，下限计入"),
        item("ls", "LS", aliases=("风险矩阵", "LS法", "风险矩阵法"),
             factors={"likelihood": [1, 2, 3, 4, 5], "severity": [1, 2, 3, 4, 5]},
             bands=[[20, "major"], [15, "larger"], [9, "general"], [0, "low"]],
             basis="风险矩阵法（LS）：R=L×S，5×5；20 至 25 重大、15 至 16 较大、9 至 12 一般、1 至 8 低"),
        item("other", "其他", aliases=("直接判定", "专家评价"), basis="企业采用的其他评价方法，等级由评价人确定"),
    ),
)  # fmt: skip

POINT_TYPE = DictionaryDeclaration(
    code="risk_point_type",
    name="风险点类型",
    editable=False,
    items=(
        item("equipment", "设备设施", aliases=("设备", "设施")),
        item("activity", "作业活动", aliases=("作业", "活动")),
        item("place", "场所部位", aliases=("场所", "部位", "区域")),
    ),
)

TIER = DictionaryDeclaration(
    code="risk_control_tier",
    name="管控层级",
    editable=False,
    items=(
        item("company", "公司", aliases=("公司级",)),
        item("department", "部门", aliases=("部门级", "分公司", "车间级")),
        item("team", "班组", aliases=("班组级",)),
        item("post", "岗位", aliases=("岗位级",)),
    ),
)

CHECK_CYCLE = DictionaryDeclaration(
    code="check_cycle",
    name="巡查频次",
    items=tuple(
        item(value, label)
        for value, label in (
            ("shift", "每班"), ("daily", "每日"), ("weekly", "每周"), ("monthly", "每月"), ("quarterly", "每季度"),
            ("half_yearly", "每半年"), ("yearly", "每年"),
        )
    ),
)  # fmt: skip

_GB_6441 = "GB 6441-1986"
ACCIDENT_TYPE = DictionaryDeclaration(
    code="accident_type",
    name="事故类型",
    items=tuple(
        item(f"gb{number:02}", label, basis=_GB_6441)
        for number, label in enumerate(
            ("物体打击", "车辆伤害", "机械伤害", "起重伤害", "触电", "淹溺", "灼烫", "火灾", "高处坠落", "坍塌", "冒顶片帮",
             "透水", "放炮", "火药爆炸", "瓦斯爆炸", "锅炉爆炸", "容器爆炸", "其他爆炸", "中毒和窒息", "其他伤害"),
            start=1,
        )
    ),
)  # fmt: skip

DICTIONARIES = (LEVEL, METHOD, POINT_TYPE, TIER, CHECK_CYCLE, ACCIDENT_TYPE)
