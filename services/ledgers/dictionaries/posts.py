"""Leaf 4.6, 缺证: which certificates a post requires (domain.md 6.3). A rule is a list of requirements that are all to be met;
each is a list of certificates any one of which will do, named `dictionary:value` by what a certificate is called there: its
kind, its class or its item. Only posts that a regulation binds are declared; a company adds its own."""

from contracts.events import DictionaryItemFact
from kit.directory import DictionaryDeclaration, item

_LAW_27 = "安全生产法 第二十七条"
_GAS = "城镇燃气管理条例 第十五条；建城〔2014〕167号"
_OPERATION = "安全生产法 第三十条；特种作业人员安全技术培训考核管理规定 第五条"
_EQUIPMENT = "特种设备安全法 第十四条；市场监管总局公告2019年第3号"
_BUILDING = "建设工程安全生产管理条例 第三十六条；住房和城乡建设部令第17号"
_FIRE = "消防法 第二十一条"
_ROADS = "危险化学品安全管理条例 第四十四条"


def _post(
    value: str, label: str, basis: str, *needs: str | tuple[str, ...], aliases: tuple[str, ...] = ()
) -> DictionaryItemFact:
    """A requirement that several certificates meet is a tuple of them."""
    rows = [[need] if isinstance(need, str) else list(need) for need in needs]
    return item(value, label, aliases=aliases, certificates=rows, basis=basis)


_PRINCIPAL = ("safety_certificate_type:principal", "safety_certificate_type:hazardous_principal")
_MANAGER = ("safety_certificate_type:manager", "safety_certificate_type:hazardous_manager")
_CATEGORY, _ITEM = "special_operation_category", "special_operation_item"

_POSTS = (
    _post("principal", "主要负责人", f"{_LAW_27}；{_GAS}", _PRINCIPAL, "gas_certificate_type:principal",
          aliases=("企业主要负责人", "法定代表人", "总经理")),
    _post("safety_manager", "专职安全生产管理人员", f"{_LAW_27}；{_GAS}", _MANAGER, "gas_certificate_type:manager",
          aliases=("安全生产管理人员", "安全管理人员", "专职安全员", "安全员", "部门安全员", "安全主管")),
    # 运行、维护和抢修: by trade where the post names one, else any trade.
    _post("distribution_station", "燃气输配场站工", _GAS, "gas_trade:distribution_station",
          aliases=("输配场站工", "场站运行工", "场站工", "储配工", "调压工")),
    _post("network", "燃气管网运行工", _GAS, "gas_trade:network",
          aliases=("管网运行工", "管网工", "管网巡线工", "巡线工")),
    _post("household", "燃气用户检修工", _GAS, "gas_trade:household",
          aliases=("用户检修工", "户内检修工", "户检工", "入户安检员", "入户安检工")),
    _post("delivery", "瓶装燃气送气工", _GAS, "gas_trade:delivery", aliases=("送气工",)),
    _post("lpg_depot", "液化石油气库站工", _GAS, "gas_trade:lpg_depot", aliases=("液化石油气库站运行工",)),
    _post("cng_station", "压缩天然气场站工", _GAS, "gas_trade:cng_station", aliases=("CNG场站工",)),
    _post("lng_storage", "液化天然气储运工", _GAS, "gas_trade:lng_storage", aliases=("LNG储运工", "LNG场站工")),
    _post("filling_station", "汽车加气站操作工", _GAS, "gas_trade:filling_station",
          aliases=("加气站操作工", "加气工")),
    _post("repair", "燃气抢修工", _GAS, "gas_certificate_type:operation", aliases=("抢修工", "抢修员", "抢维修工")),
    _post("electrician", "电工", _OPERATION, f"{_CATEGORY}:electrician",
          aliases=("维修电工", "电气维修工", "值班电工")),
    _post("low_voltage", "低压电工", _OPERATION, f"{_ITEM}:low_voltage"),
    _post("high_voltage", "高压电工", _OPERATION, f"{_ITEM}:high_voltage", aliases=("变配电工", "配电值班员")),
    _post("welder", "焊工", f"{_OPERATION}；{_FIRE}", f"{_CATEGORY}:welding",
          aliases=("电焊工", "气焊工", "焊割工", "焊接工")),
    _post("pipe_welder", "压力管道焊工", f"{_OPERATION}；{_EQUIPMENT}", f"{_CATEGORY}:welding",
          f"{_ITEM}:metal_welding", aliases=("管道焊工", "钢管焊工")),
    _post("pe_welder", "聚乙烯管道焊工", _EQUIPMENT, f"{_ITEM}:non_metal_welding",
          aliases=("PE焊工", "PE管焊工", "聚乙烯焊工", "热熔焊工")),
    _post("height", "高处作业人员", _OPERATION, f"{_CATEGORY}:height", aliases=("高处作业工", "登高作业人员")),
    _post("scaffolder", "架子工", _OPERATION, f"{_ITEM}:scaffolding", aliases=("登高架设工",)),
    _post("equipment_manager", "特种设备安全管理员", _EQUIPMENT, f"{_ITEM}:A",
          aliases=("特种设备安全管理人员", "特种设备管理员")),
    _post("boiler", "司炉工", _EQUIPMENT, (f"{_ITEM}:G1", f"{_ITEM}:G2"), aliases=("锅炉工", "锅炉操作工")),
    _post("water_treatment", "锅炉水处理工", _EQUIPMENT, f"{_ITEM}:G3"),
    # 公告2019年第3号 asks a certificate for quick-opening vessels only, not for every fixed one.
    _post("quick_opening_vessel", "快开门式压力容器操作工", _EQUIPMENT, f"{_ITEM}:R1"),
    _post("tanker_filling", "移动式压力容器充装工", _EQUIPMENT, f"{_ITEM}:R2", aliases=("槽车充装工", "罐车充装工")),
    _post("cylinder_filling", "气瓶充装工", _EQUIPMENT, f"{_ITEM}:P", aliases=("充装工", "灌瓶工")),
    _post("crane_driver", "起重机司机", _EQUIPMENT, f"{_ITEM}:Q2", aliases=("起重司机", "起重机械司机", "行车工")),
    _post("crane_signaller", "起重机指挥", _EQUIPMENT, f"{_ITEM}:Q1", aliases=("起重指挥", "起重指挥工")),
    _post("forklift_driver", "叉车司机", _EQUIPMENT, f"{_ITEM}:N1", aliases=("叉车工", "叉车驾驶员")),
    _post("safety_valve", "安全阀校验员", _EQUIPMENT, f"{_ITEM}:F", aliases=("安全阀校验工",)),
    _post("fire_control", "消防控制室值班员", _FIRE, "registered_certificate_type:fire_facility",
          aliases=("消控室值班员", "消防设施操作员")),
    _post("dangerous_goods_driver", "危货运输驾驶员", _ROADS, "registered_speciality:driver",
          aliases=("危险货物运输驾驶员", "槽车驾驶员", "槽车司机")),
    _post("dangerous_goods_escort", "危货运输押运员", _ROADS, "registered_speciality:escort",
          aliases=("危险货物运输押运员", "押运员")),
    _post("builder_b", "施工项目负责人", _BUILDING, "safety_certificate_type:builder_b", aliases=("施工项目经理",)),
    _post("builder_c", "施工专职安全员", _BUILDING, "safety_certificate_type:builder_c",
          aliases=("施工安全员", "工程专职安全员")),
)  # fmt: skip

POST_CERTIFICATE = DictionaryDeclaration(code="post_certificate", name="岗位持证要求", items=_POSTS)
