/** 批量导入 of departments and of people: the wizard of the ledgers, at another address. */
import { useMemo } from "react";
import { importsAt } from "../../api/imports";
import { DEPARTMENTS, USERS } from "../../api/organisation";
import type { ScreenProps } from "../../app/screens";
import { Source, type ImportSource } from "../../engine/import/source";
import { Wizard } from "../../engine/import/Wizard";

const WIDTH = 150;

const TREE: Record<string, string> = {
  code: "单位编码",
  name: "单位名称",
  kind: "单位类型",
  parent: "上级单位",
  sort: "排序",
};
const STAFF: Record<string, string> = {
  employee_no: "工号",
  name: "姓名",
  department: "所属单位",
  further: "兼任单位",
  post: "岗位",
  phone: "联系电话",
  account: "开通账号",
  username: "用户名",
};

function sourceAt(root: string, title: string, naturalKey: string, fields: Record<string, string>): ImportSource {
  return {
    key: root,
    title,
    api: importsAt(root),
    naturalKey: [naturalKey],
    fields: Object.entries(fields).map(([key, name]) => ({ key, title: name, width: WIDTH })),
    place: title,
    maps: false,
    undoes: false,
    most: "5,000 ",
  };
}

export function DepartmentsImport({ page }: ScreenProps) {
  const source = useMemo(() => sourceAt(DEPARTMENTS, page.title, "单位编码", TREE), [page.title]);
  return (
    <Source value={source}>
      <Wizard path={page.path} />
    </Source>
  );
}

export function UsersImport({ page }: ScreenProps) {
  const source = useMemo(() => sourceAt(USERS, page.title, "工号", STAFF), [page.title]);
  return (
    <Source value={source}>
      <Wizard path={page.path} />
    </Source>
  );
}
