/** Every error as a sentence: row, column, what stands there, why it is wrong. */
import { Table, Typography } from "antd";
import type { ImportJob } from "../../api/imports";

const SIZES = [10, 50, 100];
// Beyond it a value is more than three lines of its column.
const SHORT = 40;

export function ErrorList({ job }: { job: ImportJob }) {
  return (
    <section aria-label="错误清单">
      <h2>
        错误清单（{job.errors.length} 处{job.more_errors && "，更多的请下载错误清单查看"}）
      </h2>
      <Table
        size="small"
        rowKey={(error) => `${error.row} ${error.column} ${error.field} ${error.code}`}
        dataSource={job.errors}
        scroll={{ x: 720 }}
        pagination={{
          defaultPageSize: SIZES[0]!,
          pageSizeOptions: SIZES,
          hideOnSinglePage: job.errors.length <= SIZES[0]!,
        }}
        columns={[
          { title: "行", dataIndex: "row", width: 64, align: "right" },
          {
            title: "列",
            width: 160,
            render: (_, error) => [error.header, error.column && `（${error.column} 列）`].filter(Boolean).join(""),
          },
          {
            title: "内容",
            dataIndex: "value",
            width: 220,
            render: (value: string | null) => (value ? <Value text={value} /> : <span className="quiet">（空）</span>),
          },
          { title: "原因", dataIndex: "message" },
        ]}
      />
    </section>
  );
}

/** What stands in the cell; of a long one the beginning, until somebody wants the rest. */
function Value({ text }: { text: string }) {
  if (text.length <= SHORT) return <span className="any-break">{text}</span>;
  const ellipsis = { rows: 3, expandable: "collapsible", symbol: (open: boolean) => (open ? "收起" : "展开") } as const;
  return (
    <Typography.Paragraph className="any-break" style={{ margin: 0 }} ellipsis={ellipsis}>
      {text}
    </Typography.Paragraph>
  );
}
