/** What an export holds is said before it is made: which columns, and how many rows the filters let through. */
import { ExportOutlined } from "@ant-design/icons";
import { Button, Popover, Radio } from "antd";
import { useState } from "react";
import { count } from "../../shared/format";

export type ExportColumns = "all" | "shown";

interface Props {
  all: number;
  shown: number;
  rows: number | undefined;
  busy: boolean;
  onExport: (columns: ExportColumns) => Promise<void>;
}

export function ExportChoice({ all, shown, rows, busy, onExport }: Props) {
  const [open, setOpen] = useState(false);
  // Everything first: whoever takes a ledger out to edit it and bring it back must not lose what the list has no room for.
  const [columns, setColumns] = useState<ExportColumns>("all");
  const content = (
    <div className="choices">
      <Radio.Group
        aria-label="导出哪些列"
        className="choices"
        value={columns}
        onChange={(event) => setColumns(event.target.value as ExportColumns)}
      >
        <Radio value="all">全部字段（{all} 列）</Radio>
        <Radio value="shown">当前显示的列（{shown} 列）</Radio>
      </Radio.Group>
      {rows !== undefined && <span className="quiet">符合当前条件的记录：{count(rows)} 条</span>}
      <Button
        type="primary"
        disabled={rows === 0}
        onClick={() => {
          setOpen(false);
          void onExport(columns);
        }}
      >
        下载 Excel
      </Button>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomLeft" title="导出" content={content} open={open} onOpenChange={setOpen}>
      <Button icon={<ExportOutlined aria-hidden />} loading={busy} aria-haspopup="dialog" aria-expanded={open}>
        导出
      </Button>
    </Popover>
  );
}
