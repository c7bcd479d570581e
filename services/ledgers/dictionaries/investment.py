"""Leaves 2.6.1 and 2.6.2: what safety money may be spent on."""

from kit.directory import DictionaryDeclaration, item

_BASIS = "财资〔2022〕136号 危险品生产与储存企业安全生产费用使用范围"

CATEGORY = DictionaryDeclaration(
    code="safety_investment_category",
    name="安全投入类别",
    items=(
        item("facilities", "安全防护设施设备完善、改造和维护", aliases=("安全防护设施设备", "安全设施设备"), basis=_BASIS),
        item("emergency", "应急救援器材装备、队伍建设、预案制修订与演练", aliases=("应急救援", "应急器材与演练"),
             basis=_BASIS),
        item("hazards", "重大危险源、事故隐患评估监控整改和安全信息系统建设运维",
             aliases=("重大危险源和隐患治理", "隐患治理", "双重预防与信息化"), basis=_BASIS),
        item("assessment", "安全检查、评估评价、咨询和标准化", aliases=("安全评价", "安全检查评价"), basis=_BASIS),
        item("ppe", "从业人员安全防护用品", aliases=("劳动防护用品", "防护用品", "劳保用品"), basis=_BASIS),
        item("training", "宣传教育培训、隐患报告奖励", aliases=("宣传教育培训", "安全教育培训"), basis=_BASIS),
        item("technology", "新技术、新标准、新工艺、新装备推广", aliases=("四新推广", "新技术推广"), basis=_BASIS),
        item("inspection", "安全设施及特种设备检测检验、检定校准", aliases=("检测检验", "检测检验和检定校准"),
             basis=_BASIS),
        item("insurance", "安全生产责任保险", aliases=("安责险",), basis=_BASIS),
        item("other", "其他直接相关支出", aliases=("其他",), basis=f"{_BASIS}；不得列支先进个人奖金等"),
    ),
)  # fmt: skip
