"""The demo company: an invented city-gas company with a handful of people. It is seeded in the embedded demo only, and the
tests of every service stand on it. Nobody in it exists."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

_NAMESPACE = UUID("5afe3027-0000-5000-8000-00000000d0e0")


@dataclass(frozen=True, slots=True)
class DemoDepartment:
    """A department; ids follow from the code, so that they are the same on every machine."""

    code: str
    name: str
    kind: str
    parent: str | None = None

    @property
    def id(self) -> UUID:
        return uuid5(_NAMESPACE, f"department:{self.code}")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An account of the demo."""

    username: str
    name: str
    department: str
    post: str
    roles: tuple[str, ...]
    employee_no: str

    @property
    def id(self) -> UUID:
        return uuid5(_NAMESPACE, f"user:{self.username}")


DEPARTMENTS: tuple[DemoDepartment, ...] = (
    DemoDepartment("GS", "燃气公司", "company"),
    DemoDepartment("AQ", "公司安全管理部", "department", "GS"),
    DemoDepartment("YX", "运行管理部", "department", "GS"),
    DemoDepartment("GC", "工程部", "department", "GS"),
    DemoDepartment("QX", "抢维修中心", "department", "GS"),
    DemoDepartment("KF", "客户服务部", "department", "GS"),
    DemoDepartment("CN", "城南储配站", "station", "GS"),
    DemoDepartment("CB", "城北分公司", "branch", "GS"),
    DemoDepartment("CBM", "门站", "station", "CB"),
    DemoDepartment("CB1", "一班组", "team", "CBM"),
    DemoDepartment("CB2", "二班组", "team", "CBM"),
)

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("sysadmin", "席维诺", "GS", "系统维护人员", ("system_maintainer",), "D0001"),
    DemoPerson("secadmin", "安知度", "GS", "安全管理员", ("security_admin",), "D0002"),
    DemoPerson("auditor", "沈计明", "GS", "审计管理员", ("audit_admin",), "D0003"),
    DemoPerson("safety", "管安宁", "AQ", "安全主管", ("safety_management",), "D0101"),
    DemoPerson("leader", "冯导远", "GS", "分管安全副总经理", ("leader",), "D0010"),
    DemoPerson("yunxing", "云行健", "YX", "部门安全员", ("safety_officer",), "D0201"),
    DemoPerson("gongcheng", "龚程万", "GC", "部门安全员", ("safety_officer",), "D0301"),
    DemoPerson("qiangxiu", "乔修平", "QX", "部门安全员", ("safety_officer",), "D0401"),
    DemoPerson("chengnan", "程楠木", "CN", "部门安全员", ("safety_officer",), "D0601"),
    DemoPerson("chengbei", "成贝宜", "CB", "部门安全员", ("safety_officer",), "D0701"),
    DemoPerson("inspector", "巡西陆", "CBM", "巡检员", ("inspector", "worker"), "D0711"),
    DemoPerson("worker", "伍可为", "CN", "储配工", ("worker",), "D0611"),
    # An orange warning goes to the head of the department (domain.md 1.3), so the demo has them too.
    DemoPerson("yunxing.head", "云向东", "YX", "部门负责人", ("department_head",), "D0200"),
    DemoPerson("gongcheng.head", "龚守成", "GC", "部门负责人", ("department_head",), "D0300"),
    DemoPerson("qiangxiu.head", "乔立新", "QX", "部门负责人", ("department_head",), "D0400"),
    DemoPerson("kefu.head", "柯福来", "KF", "部门负责人", ("department_head",), "D0500"),
    DemoPerson("chengnan.head", "程望山", "CN", "部门负责人", ("department_head",), "D0600"),
    DemoPerson("chengbei.head", "成仲海", "CB", "部门负责人", ("department_head",), "D0700"),
)


def path_of(code: str) -> str:
    """The materialised path of ids of a demo department."""
    chain, at = [], next(entry for entry in DEPARTMENTS if entry.code == code)
    while True:
        chain.append(str(at.id))
        if at.parent is None:
            return "/" + "/".join(reversed(chain)) + "/"
        parent = at.parent
        at = next(entry for entry in DEPARTMENTS if entry.code == parent)
