import type { Department } from "../../src/api/types";
import type { Field, LedgerManifest, Row } from "../../src/engine/schema";

/** A ledger in the shape of `GET /api/ledgers/_manifest`, with every kind of field that the rules speak of. */
export const ledger: LedgerManifest = {
  slug: "certificates",
  title: "资格证",
  leaf: "4.3",
  by_department: true,
  natural_key: ["cert_type", "cert_no"],
  permissions: { create: true, update: true, delete: true, import: true, export: true },
  default_sort: "-valid_to",
  fields: [
    field("person_name", "姓名", "text", {
      required: true,
      search: true,
      max_length: 5,
      in_list: true,
      sortable: true,
    }),
    field("id_number", "身份证号", "identity", { required: true, in_list: true }),
    field("dept_id", "所属部门", "department", { required: true, filter: true, in_list: true }),
    field("phone", "联系电话", "phone", {}),
    field("cert_type", "证书类型", "choice", { dictionary: "type", required: true, filter: true, in_list: true }),
    field("category", "作业类别", "choice", { dictionary: "category", within: "cert_type", group: "证书" }),
    field("item", "准操项目", "choice", { dictionary: "item", within: "category", group: "证书" }),
    field("review_date", "应复审日期", "day", {
      required_when: { field: "cert_type", in: ["operation"] },
      in_list: true,
      filter: true,
      sortable: true,
    }),
    field("hours", "学时", "decimal", { precision: 1, min: 0, max: "200" }),
    field("count", "数量", "integer", { min: 1 }),
    field("code", "编号", "text", { pattern: "[A-Z]{2}-\\d{3}", example: "AB-123" }),
    field("status", "状态", "choice", { dictionary: "status", computed: true, in_list: true }),
  ],
  expiry: [{ field: "review_date", title: "复审", warn_days: [90, 60, 30] }],
  dictionaries: {
    type: [
      { value: "operation", label: "特种作业操作证" },
      { value: "equipment", label: "特种设备作业人员证" },
    ],
    category: [
      { value: "electric", label: "电工作业", parent_value: "operation" },
      { value: "boiler", label: "锅炉作业", parent_value: "equipment" },
    ],
    item: [
      { value: "lv", label: "低压电工作业", parent_value: "electric" },
      { value: "hv", label: "高压电工作业", parent_value: "electric", enabled: false },
      { value: "G1", label: "工业锅炉司炉", parent_value: "boiler" },
    ],
    status: [{ value: "valid", label: "有效", color: "green" }],
  },
};

function field(key: string, title: string, kind: string, rest: Partial<Field>): Field {
  return { key, title, kind, ...rest };
}

export function fieldOf(key: string): Field {
  const found = ledger.fields.find((candidate) => candidate.key === key);
  if (!found) throw new Error(`no field ${key}`);
  return found;
}

export const departments: Department[] = [
  department("1", "公司", null, "/1/", 0),
  department("2", "工程部", "1", "/1/2/", 2),
  department("3", "城北分公司", "1", "/1/3/", 1),
  department("4", "门站", "3", "/1/3/4/", 0),
  department("5", "已撤部门", "1", "/1/5/", 9, "2026-01-01"),
];

function department(
  id: string,
  name: string,
  parent_id: string | null,
  path: string,
  sort: number,
  closed_on: string | null = null,
): Department {
  return { id, code: id, name, kind: "department", parent_id, path, sort, closed_on };
}

export const row: Row = { id: "r1", version: 3, person_name: "王建国" };
