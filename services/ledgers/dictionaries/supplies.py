"""Leaf 7.3."""

from kit.directory import DictionaryDeclaration, item

# 应急管理部令第2号: whoever keeps emergency supplies keeps a file of what there is and how it was used.
FILE = "《生产安全事故应急预案管理办法》（应急管理部令第2号）第三十八条：建立应急物资、装备配备及其使用档案"
COUNTED = "《中华人民共和国会计法》第十七条：定期将账簿记录与实物相互核对，保证账实相符"

SUPPLY_CATEGORY = DictionaryDeclaration(
    code="emergency_supply_category",
    name="应急物资类别",
    items=(
        item("ppe", "个体防护", aliases=("个人防护", "防护用品", "个体防护类")),
        item("leak_repair", "堵漏抢修", aliases=("抢修", "堵漏", "抢险")),
        item("detection", "检测", aliases=("检测仪器", "检测类")),
        item("lighting", "照明", aliases=("照明类",)),
        item("communication", "通信", aliases=("通讯",)),
        item("cordon", "警戒", aliases=("警示", "警戒类")),
        item("fire", "消防", aliases=("消防类",)),
        item("medical", "医疗", aliases=("医疗急救", "急救")),
        item("vehicle", "车辆", aliases=("运输",)),
        item("power_drainage", "发电排水", aliases=("发电", "排水")),
    ),
)

SUPPLY_STATUS = DictionaryDeclaration(
    code="emergency_supply_status",
    name="应急物资状态",
    editable=False,
    items=(
        item("good", "完好", aliases=("正常",), color="green"),
        item("to_check", "待检", aliases=("待检修", "待检验"), color="gold"),
        item("damaged", "损坏", aliases=("故障",), color="orange"),
        item("scrapped", "报废", aliases=("已报废",), color="default"),
    ),
)

STOCK_STATUS = DictionaryDeclaration(
    code="stock_status",
    name="储备情况",
    editable=False,
    items=(
        item("expired", "已过期", color="red"),
        item("low", "低于最低储备", color="red"),
        item("enough", "正常", color="green"),
    ),
)

# What an entry does to the stock is its direction: `count` sets what was found, and the difference is told. `quick` ones
# are buttons of their own on the row, for who stands in the store with a telephone.
MOVEMENT_KIND = DictionaryDeclaration(
    code="stock_movement_kind",
    name="出入库类型",
    items=(
        item("receipt", "入库", aliases=("采购入库", "购入"), color="green", direction="in", basis=FILE),
        item("issue", "领用", aliases=("出库", "发放"), color="blue", direction="out", quick=True, basis=FILE),
        item("return", "归还", aliases=("退库", "退回"), color="cyan", direction="in", quick=True, basis=FILE),
        item("scrap", "报废", aliases=("报损",), color="orange", direction="out", basis=FILE),
        item("count", "盘点", aliases=("盘存",), color="purple", direction="count", basis=COUNTED),
    ),
)
