/** The list on a phone: one cell for a row with its name, its status and the date that is nearest, and a menu. */
import { MoreOutlined } from "@ant-design/icons";
import { Button, Dropdown, type TableColumnType } from "antd";
import { useEngine } from "../field/context";
import { kindOf } from "../field/registry";
import type { LedgerManifest, Row } from "../schema";
import { nearestDue } from "./columns";
import { nameOf } from "./useRemove";

interface Acts {
  show: (row: Row) => void;
  /** Missing where the person may not. */
  edit?: ((row: Row) => void) | undefined;
  move?: ((row: Row) => void) | undefined;
  remove?: ((row: Row) => void) | undefined;
}

export function phoneColumns(ledger: LedgerManifest, acts: Acts): TableColumnType<Row>[] {
  return [
    { key: "row", title: ledger.title, render: (_, row) => <Card row={row} onShow={() => acts.show(row)} /> },
    {
      key: "actions",
      title: "操作",
      width: 56,
      align: "center",
      className: "no-print",
      render: (_, row) => (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "show", label: "查看" },
              ...(acts.edit ? [{ key: "edit", label: "修改" }] : []),
              ...(acts.move ? [{ key: "move", label: "登记出入库" }] : []),
              ...(acts.remove ? [{ key: "remove", label: "删除", danger: true }] : []),
            ],
            onClick: ({ key }) => acts[key as keyof Acts]?.(row),
          }}
        >
          <Button type="text" icon={<MoreOutlined aria-hidden />} aria-label={`${nameOf(ledger, row)}：操作`} />
        </Dropdown>
      ),
    },
  ];
}

function Card({ row, onShow }: { row: Row; onShow: () => void }) {
  const { ledger } = useEngine();
  const status = ledger.fields.find((field) => field.computed && field.in_list && row[field.key]);
  const due = nearestDue(ledger, row);
  const Status = status && kindOf(status.kind).cell;
  const Due = due && kindOf(due.kind).cell;
  return (
    <div className="row-card">
      <div className="row-card-head">
        <button type="button" className="link" onClick={onShow}>
          {nameOf(ledger, row)}
        </button>
        {status && Status && <Status field={status} value={row[status.key]} row={row} />}
      </div>
      {due && Due && (
        <div className="row-card-due">
          <span className="quiet">{due.title}</span> <Due field={due} value={row[due.key]} row={row} />
        </div>
      )}
    </div>
  );
}
