"""Leaf 4.1."""

from kit.directory import DictionaryDeclaration, item

_LAW = "安全生产法 第二十七条；总局令第3号 第九条"
_THREE_YEARS = "有效期 3 年；每年再培训不少于"
_ORDER_17 = "住房和城乡建设部令第17号 第九条：有效期 3 年"

CERT_TYPE = DictionaryDeclaration(
    code="safety_certificate_type",
    name="安全资格证书类型",
    items=(
        item("principal", "主要负责人考核合格证", aliases=("主要负责人", "主要负责人安全资格证"), validity_months=36,
             hours_per_year=12, basis=f"{_LAW}：{_THREE_YEARS} 12 学时"),
        item("manager", "安全生产管理人员考核合格证", aliases=("安全生产管理人员", "安全管理人员", "安全管理人员资格证"),
             validity_months=36, hours_per_year=12, basis=f"{_LAW}：{_THREE_YEARS} 12 学时"),
        item("hazardous_principal", "主要负责人考核合格证（危险品）", aliases=("危险化学品主要负责人",),
             validity_months=36, hours_per_year=16, basis=f"{_LAW}：危险品单位{_THREE_YEARS} 16 学时"),
        item("hazardous_manager", "安全生产管理人员考核合格证（危险品）", aliases=("危险化学品安全管理人员",),
             validity_months=36, hours_per_year=16, basis=f"{_LAW}：危险品单位{_THREE_YEARS} 16 学时"),
        item("builder_a", "建安A证（企业主要负责人）", aliases=("建安A证", "A证", "安全生产考核合格证A"),
             validity_months=36, basis=_ORDER_17),
        item("builder_b", "建安B证（项目负责人）", aliases=("建安B证", "B证", "安全生产考核合格证B"),
             validity_months=36, basis=_ORDER_17),
        item("builder_c", "建安C证（专职安全员）", aliases=("建安C证", "C证", "安全生产考核合格证C"),
             validity_months=36, basis=_ORDER_17),
    ),
)  # fmt: skip
