"""Leaf 4.2. No figure holds for the whole country; three years are what many provinces run, and an administrator may
change them for this one's."""

from kit.directory import DictionaryDeclaration, item

OPERATION = "operation"
_BASIS = "建城〔2014〕167号；有效期和复检由各省规定（常见 3 年，待按本省文件核定）"
_TRADES = "建城〔2014〕167号；川建行规〔2021〕15号：运行、维护和抢修人员工种"

CERT_TYPE = DictionaryDeclaration(
    code="gas_certificate_type",
    name="燃气从业人员类型",
    items=(
        item("principal", "企业主要负责人", aliases=("主要负责人", "燃气企业主要负责人"), validity_months=36,
             basis=_BASIS),
        item("manager", "安全生产管理人员", aliases=("安全管理人员", "燃气安全生产管理人员"), validity_months=36,
             basis=_BASIS),
        item(OPERATION, "运行、维护和抢修人员", aliases=("运行维护抢修人员", "运行维护和抢修人员", "运行维护抢修"),
             validity_months=36, basis=_BASIS),
    ),
)  # fmt: skip

TRADE = DictionaryDeclaration(
    code="gas_trade",
    name="燃气工种",
    items=(
        item("distribution_station", "燃气输配场站工", aliases=("输配场站工",), parent=OPERATION, basis=_TRADES),
        item("lpg_depot", "液化石油气库站工", aliases=("液化石油气库站运行工",), parent=OPERATION, basis=_TRADES),
        item("cng_station", "压缩天然气场站工", aliases=("CNG场站工",), parent=OPERATION, basis=_TRADES),
        item("lng_storage", "液化天然气储运工", aliases=("LNG储运工",), parent=OPERATION, basis=_TRADES),
        item("filling_station", "汽车加气站操作工", aliases=("加气站操作工",), parent=OPERATION, basis=_TRADES),
        item("network", "燃气管网运行工", aliases=("管网运行工", "管网工"), parent=OPERATION, basis=_TRADES),
        item("household", "燃气用户检修工", aliases=("用户检修工", "户内检修工"), parent=OPERATION, basis=_TRADES),
        item("delivery", "瓶装燃气送气工", aliases=("送气工",), parent=OPERATION, basis=_TRADES),
    ),
)
