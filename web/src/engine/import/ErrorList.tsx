/** Every error as a sentence: row, column, what stands there, why it is wrong. */
import { Table } from "antd";
import type { ImportJob } from "../../api/imports";

const SIZES = [10, 50, 100];

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
            title: "原值",
            dataIndex: "value",
            width: 220,
            render: (value: string | null) => (value ? value : <span className="quiet">（空）</span>),
          },
          { title: "原因", dataIndex: "message" },
        ]}
      />
    </section>
  );
}
