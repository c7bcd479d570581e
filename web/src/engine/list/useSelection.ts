/** The rows that are ticked. They stay ticked while paging and searching; their versions follow what the list shows. */
import { useState } from "react";
import type { Row } from "../schema";

export interface Selection {
  rows: Row[];
  clear: () => void;
  /** What antd's table wants. */
  table: {
    selectedRowKeys: string[];
    preserveSelectedRowKeys: true;
    columnWidth: number;
    onChange: (keys: React.Key[], rows: Row[]) => void;
    getTitleCheckboxProps: () => { "aria-label": string };
    getCheckboxProps: (row: Row) => { "aria-label": string };
  };
}

export function useSelection(shown: Row[] | undefined, name: (row: Row) => string): Selection {
  const [picked, setPicked] = useState<Map<string, Row>>(new Map());
  const fresh = new Map((shown ?? []).map((row) => [row.id, row]));
  const rows = [...picked.values()].map((row) => fresh.get(row.id) ?? row);
  return {
    rows,
    clear: () => setPicked(new Map()),
    table: {
      selectedRowKeys: rows.map((row) => row.id),
      preserveSelectedRowKeys: true,
      columnWidth: 44,
      onChange: (keys, chosen) => {
        const known = new Map([...picked, ...chosen.filter(Boolean).map((row) => [row.id, row] as const)]);
        setPicked(new Map(keys.flatMap((key) => (known.has(String(key)) ? [[String(key), known.get(String(key))!]] : []))));
      },
      getTitleCheckboxProps: () => ({ "aria-label": "选择本页全部" }),
      getCheckboxProps: (row) => ({ "aria-label": `选择 ${name(row)}` }),
    },
  };
}
