"""What describes people in several ledgers."""

from kit.directory import DictionaryDeclaration, item

GENDER = DictionaryDeclaration(
    code="gender",
    name="性别",
    editable=False,
    items=(item("male", "男", aliases=("男性",)), item("female", "女", aliases=("女性",))),
)

EMPLOYMENT = DictionaryDeclaration(
    code="employment",
    name="人员类别",
    editable=False,
    items=(
        item("employed", "在职", aliases=("在岗", "正式", "本单位"), color="green"),
        item("contractor", "承包商", aliases=("外包", "承包商人员"), color="blue"),
        item("left", "离职", aliases=("已离职", "退休", "调离"), color="default"),
    ),
)
