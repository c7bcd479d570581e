"""Leaf 7.2."""

from kit.directory import DictionaryDeclaration, item

_TRAINING = "生产安全事故应急条例 第十一条：应急救援人员应当经培训合格；企业规定每年至少培训一次"

TEAM_TYPE = DictionaryDeclaration(
    code="emergency_team_type",
    name="应急队伍类型",
    items=(
        item("full_time", "专职", aliases=("专职队伍",), training_months=12, basis=_TRAINING),
        item("part_time", "兼职", aliases=("兼职队伍",), training_months=12, basis=_TRAINING),
        item("volunteer", "义务", aliases=("义务队伍", "志愿"), training_months=12, basis=_TRAINING),
        item("external", "外协", aliases=("外协队伍", "协议队伍"), training_months=12, basis=_TRAINING),
    ),
)

DUTY = DictionaryDeclaration(
    code="emergency_team_duty",
    name="队内职务",
    items=(
        item("leader", "队长", aliases=("组长",)),
        item("deputy", "副队长", aliases=("副组长",)),
        item("member", "队员", aliases=("组员", "成员")),
    ),
)

SKILL = DictionaryDeclaration(
    code="emergency_skill",
    name="应急专业特长",
    items=(
        item("repair", "抢修", aliases=("管道抢修",)),
        item("welding", "焊接", aliases=("电焊",)),
        item("plugging", "带压堵漏", aliases=("堵漏",)),
        item("communication", "通信", aliases=("通讯",)),
        item("medical", "医疗", aliases=("医疗急救", "急救")),
        item("electrical", "电气", aliases=("电工",)),
    ),
)

MEMBER_STATUS = DictionaryDeclaration(
    code="emergency_member_status",
    name="队员状态",
    editable=False,
    items=(
        item("serving", "在队", aliases=("在职", "在岗"), color="green"),
        item("left", "离队", aliases=("已离队", "离职"), color="default"),
    ),
)

TRAINING_STATUS = DictionaryDeclaration(
    code="training_status",
    name="培训情况",
    editable=False,
    items=(
        item("trained", "正常", color="green"),
        item("due_soon", "即将到期", color="orange"),
        item("untrained", "未登记培训", color="gold"),
        item("overdue", "超期未培训", color="red"),
        item("left", "已离队", color="default"),
    ),
)

DICTIONARIES = (TEAM_TYPE, DUTY, SKILL, MEMBER_STATUS, TRAINING_STATUS)
