/** What an export holds is said before it is made: which columns, and how many rows the filters let through. A long one is
 * made by the server, and found again in the list of exports however often the page was closed meanwhile. */
import { ExportOutlined } from "@ant-design/icons";
import { Button, Popover, Radio, Space } from "antd";
import { lazy, Suspense, useState } from "react";
import { count } from "../../shared/format";

export type ExportColumns = "all" | "shown";

const ExportList = lazy(() => import("./ExportList"));
/** As many rows as the service gives at once, and at all (reliability.md 3.7). */
const AT_ONCE = 5_000;
const MOST = 100_000;

interface Props {
  all: number;
  shown: number;
  rows: number | undefined;
  busy: boolean;
  onExport: (columns: ExportColumns) => Promise<void>;
  /** Begins a long export; true when the service has taken it. */
  onBackground: (columns: ExportColumns) => Promise<boolean>;
}

export function ExportChoice({ all, shown, rows, busy, onExport, onBackground }: Props) {
  const [open, setOpen] = useState(false);
  const [listed, setListed] = useState(false);
  // Everything first: whoever takes a ledger out to edit it and bring it back must not lose what the list has no room for.
  const [columns, setColumns] = useState<ExportColumns>("all");
  const long = rows !== undefined && rows > AT_ONCE;
  const tooMany = rows !== undefined && rows > MOST;
  const go = async () => {
    setOpen(false);
    if (!long) await onExport(columns);
    else if (await onBackground(columns)) setListed(true);
  };
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
      {tooMany && <span className="quiet">一次最多导出 {count(MOST)} 条，请先缩小查询范围。</span>}
      {long && !tooMany && <span className="quiet">超过 {count(AT_ONCE)} 条，在后台生成，可以关闭页面稍后来取。</span>}
      <Space wrap>
        <Button type="primary" disabled={rows === 0 || tooMany} onClick={() => void go()}>
          {long ? "后台导出" : "下载 Excel"}
        </Button>
        <Button
          onClick={() => {
            setOpen(false);
            setListed(true);
          }}
        >
          导出记录
        </Button>
      </Space>
    </div>
  );
  return (
    <>
      <Popover trigger="click" placement="bottomLeft" title="导出" content={content} open={open} onOpenChange={setOpen}>
        <Button icon={<ExportOutlined aria-hidden />} loading={busy} aria-haspopup="dialog" aria-expanded={open}>
          导出
        </Button>
      </Popover>
      <Suspense fallback={null}>{listed && <ExportList onClose={() => setListed(false)} />}</Suspense>
    </>
  );
}
