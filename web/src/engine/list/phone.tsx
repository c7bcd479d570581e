/** The list on a phone: one cell for a row with its name, its status and the date that is nearest, and a menu. */
import { MoreOutlined } from "@ant-design/icons";
import { Button, Dropdown, type TableColumnType } from "antd";
import { Fragment } from "react";
import { useEngine } from "../field/context";
import { kindOf } from "../field/registry";
import { isBlank } from "../form/rules";
import { statusOf, type Field, type LedgerManifest, type Row } from "../schema";
import { nearestDue } from "./columns";
import { nameOf } from "./useRemove";

interface Acts {
  show: (row: Row) => void;
  /** Missing where the person may not. */
  edit?: ((row: Row) => void) | undefined;
  renew?: ((row: Row) => void) | undefined;
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
              ...(acts.renew ? [{ key: "renew", label: ledger.renewal!.action }] : []),
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
  const status = statusOf(ledger);
  const due = nearestDue(ledger, row);
  const filled = (keys: string[]) =>
    keys.flatMap((key) => ledger.fields.filter((field) => field.key === key && field !== status && !isBlank(row[key])));
  const names = filled(ledger.row_title ?? []);
  // Where it is and whose: the rest of what a list on a desktop begins with.
  const more = filled(["dept_id", ...(ledger.list_first ?? [])]).filter(
    (field) => !names.includes(field) && field !== due,
  );
  const shown = (field: Field) => {
    const Cell = kindOf(field.kind).cell;
    return <Cell field={field} value={row[field.key]} row={row} />;
  };
  return (
    <div className="row-card">
      <div className="row-card-head">
        <button type="button" className="link" onClick={onShow}>
          {names.length === 0
            ? nameOf(ledger, row)
            : names.map((field, index) => (
                <Fragment key={field.key}>
                  {index > 0 && " · "}
                  {shown(field)}
                </Fragment>
              ))}
        </button>
        {status && !isBlank(row[status.key]) && shown(status)}
      </div>
      {more.length > 0 && (
        <div className="quiet">
          {[...new Set(more)].map((field, index) => (
            <Fragment key={field.key}>
              {index > 0 && " · "}
              {["day", "integer", "decimal"].includes(field.kind) && field.format !== "year" && `${field.title} `}
              {shown(field)}
            </Fragment>
          ))}
        </div>
      )}
      {due && (
        <div className="row-card-due">
          <span className="quiet">{due.title}</span> {shown(due)}
        </div>
      )}
    </div>
  );
}
