"""What can be imported: the columns of departments and of people, the same ones in template, import and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kit.excel import Column
from kit.fields import FieldSpec
from services.auth.people import PHONE, USERNAME

SubjectName = Literal["departments", "users"]

# The hidden last column of an export: `<id>:<version>`. It finds the row again when its number was changed or is missing,
# and tells when somebody else has changed it since.
RECORD = Column(key="_record", title="记录编号", aliases=("系统记录编号",), hidden=True, text=True, width=0)
# Excel on a desk prepares for so many; more than these in one file is a mistake or wants to be split.
MOST_ROWS = 5_000


@dataclass(frozen=True, eq=False)
class Subject:
    """One kind of workbook. `fields` may be written by people, `shown` are columns that an export adds and an import knows
    and ignores. `key` is what a row is recognised by."""

    name: SubjectName
    title: str
    key: str
    fields: tuple[FieldSpec, ...]
    shown: tuple[Column, ...]
    notes: str

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the fields by key."""
        return {spec.key: spec.title for spec in self.fields}

    def columns(self) -> list[Column]:
        """What an import looks for."""
        known = [
            Column(key=spec.key, title=spec.title, aliases=spec.aliases, required=spec.required, text=True)
            for spec in self.fields
        ]
        return [*known, *self.shown, RECORD]


_NOTES = "填写说明：1. 带 * 的列必填；2. 第 4 行是示例，导入时会忽略，可删除；3. 编码、工号、电话请保持“文本”格式；"

DEPARTMENTS = Subject(
    name="departments",
    title="组织机构",
    key="code",
    fields=(
        FieldSpec(
            key="code", title="单位编码", kind="code", required=True, max_length=32, example="CB3",
            pattern=r"[A-Za-z0-9_-]+", pattern_message="只能用字母、数字、- 和 _", aliases=("编码", "部门编码", "机构编码"),
        ),
        FieldSpec(
            key="name", title="单位名称", kind="text", required=True, max_length=50, example="三班组",
            pattern=r"[^/]+", pattern_message="不能包含斜杠 /", aliases=("名称", "部门名称", "机构名称", "单位"),
        ),
        FieldSpec(key="kind", title="单位类型", kind="text", required=True, aliases=("类型", "机构类型", "部门类型")),
        FieldSpec(
            key="parent", title="上级单位", kind="text", max_length=300, aliases=("上级部门", "上级", "上级编码", "上级机构"),
            help="写上级单位的名称、全称（如 城北分公司/门站）或编码；上级也可以在本文件的其他行",
        ),
        FieldSpec(
            key="sort", title="排序", kind="integer", min=0, max=1_000_000, example=30, aliases=("顺序", "排序号"),
            help="同一上级下按此数从小到大排列，可不填",
        ),
    ),
    shown=(Column(key="_state", title="状态", text=True, width=18), Column(key="_full_name", title="全称", text=True, width=36)),
    notes=_NOTES + "4. 上级单位可写名称、全称或编码，上级可在本文件的任意一行；5. 导入只新增和修改，不会关闭单位。",
)  # fmt: skip

USERS = Subject(
    name="users",
    title="人员账号",
    key="employee_no",
    fields=(
        FieldSpec(
            key="employee_no", title="工号", kind="code", required=True, max_length=32, example="D1001",
            aliases=("员工编号", "人员编号", "员工号", "职工号"),
        ),
        FieldSpec(
            key="name", title="姓名", kind="text", required=True, max_length=50, example="张三",
            aliases=("员工姓名", "人员姓名"),
        ),
        FieldSpec(
            key="department", title="所属单位", kind="text", required=True, max_length=300,
            aliases=("所属部门", "部门", "单位", "主部门", "主单位"), help="名称、全称（如 城北分公司/门站）或编码",
        ),
        FieldSpec(
            key="further", title="兼任单位", kind="text", max_length=1000, aliases=("兼职部门", "兼任部门", "其他部门"),
            help="可填多个，用顿号（、）分隔",
        ),
        FieldSpec(key="post", title="岗位", kind="text", max_length=50, example="储配工", aliases=("职务", "岗位名称", "职位")),
        PHONE,
        FieldSpec(
            key="account", title="开通账号", kind="yes_no", example="是", aliases=("是否开通账号", "有账号", "账号"),
            help="填“是”时开通登录账号；初始密码由安全管理员在系统中重置后告知本人。填“否”或不填不改变",
        ),
        FieldSpec(
            key="username", title="用户名", kind="code", max_length=32, example="zhangsan",
            aliases=("登录名", "用户名称", "登录账号"),
            pattern=USERNAME, pattern_message="用户名以小写字母开头，2 至 32 位小写字母、数字、点、横线或下划线",
        ),
    ),
    shown=(
        Column(key="_state", title="状态", text=True, width=18),
        Column(key="_roles", title="角色", text=True, width=28),
    ),
    notes=_NOTES + "4. 单位可写名称、全称或编码，兼任多个单位用顿号分隔；5. 导入只新增和修改，不会停用人员、不会收回账号。",
)  # fmt: skip

SUBJECTS: dict[str, Subject] = {subject.name: subject for subject in (DEPARTMENTS, USERS)}


def width(spec: FieldSpec) -> float:
    """Characters; a Chinese one takes two."""
    wide: dict[str, float] = {"department": 24, "parent": 24, "further": 28, "phone": 15, "name": 18, "username": 18}
    return max(wide.get(spec.key, 12), 2 * len(spec.title) + 4)


def template_columns(subject: Subject, choices: dict[str, Sequence[str]]) -> list[Column]:
    """What a template offers, with the drop-downs of the person who asks for it."""
    columns = []
    for spec in subject.fields:
        offered = tuple(choices.get(spec.key, ()))
        columns.append(
            Column(
                key=spec.key,
                title=spec.title,
                required=spec.required,
                text=spec.kind != "integer",
                choices=offered,
                # Full names and codes are understood too, and a parent may be new in the same file.
                open_choices=spec.key in ("parent", "department", "further"),
                width=width(spec),
                help=spec.help,
                example=spec.example
                if spec.example is not None
                else (offered[0] if offered and spec.required else None),
            )
        )
    return columns
