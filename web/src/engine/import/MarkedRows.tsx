/** The wrong rows as in the workbook, wrong cells in red; the reason shows on hover and on keyboard focus. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Table, Tooltip, type TableColumnType } from "antd";
import { useState } from "react";
import type { ImportJob } from "../../api/imports";
import { ApiError } from "../../api/problem";
import type { ImportRow } from "../../api/types";
import { rowsFromErrors } from "./flow";
import { useSource } from "./source";

const SIZE = 20;

export function MarkedRows({ job }: { job: ImportJob }) {
  const source = useSource();
  const [page, setPage] = useState(1);
  const rows = useQuery({
    queryKey: ["import", source.key, job.id, "rows", page],
    queryFn: () => source.api.rows(job.id, page, true, SIZE),
    placeholderData: keepPreviousData,
    retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status === 404),
  });
  // The errors of the job name every wrong cell; the other cells of the row are only for orientation.
  const fallback = rows.isError ? rowsFromErrors(job.errors) : [];
  const items = rows.data?.items ?? fallback.slice((page - 1) * SIZE, page * SIZE);
  const used = new Set(items.flatMap((row) => [...Object.keys(row.values), ...Object.keys(row.errors)]));
  const byKey = new Map(source.fields.map((field) => [field.key, field]));
  // In the order of the file and with its letters, so that a cell is found again in Excel; then what the file lacks.
  const inFile = (job.columns ?? []).flatMap(({ field, column }) => {
    const known = byKey.get(field);
    return known ? [{ field: known, letter: column }] : [];
  });
  const listed = new Set(inFile.map(({ field }) => field.key));
  const lacking = source.fields.filter((field) => used.has(field.key) && !listed.has(field.key));
  const fields = [...inFile, ...lacking.map((field) => ({ field, letter: "" }))];
  const columns: TableColumnType<ImportRow>[] = [
    { key: "row", title: "行", dataIndex: "row", width: 64, fixed: "left", align: "right" },
    ...fields.map(({ field, letter }): TableColumnType<ImportRow> => ({
      key: field.key,
      title: (
        <>
          {letter && <span className="quiet">{letter} </span>}
          {field.title}
        </>
      ),
      width: Math.max(field.width, field.title.length * 14 + 44),
      ellipsis: { showTitle: false },
      onCell: (row) => ({ className: row.errors[field.key] ? "cell-wrong" : "" }),
      render: (_, row) => <Value text={row.values[field.key]} wrong={row.errors[field.key]?.message} />,
    })),
  ];
  return (
    <section aria-label="有错误的行">
      <h2>有错误的行</h2>
      <Table<ImportRow>
        rowKey="row"
        size="small"
        bordered
        columns={columns}
        dataSource={items}
        loading={rows.isPending}
        scroll={{ x: columns.reduce((total, column) => total + Number(column.width), 0) }}
        pagination={{
          current: page,
          pageSize: SIZE,
          total: rows.data?.total ?? fallback.length,
          onChange: setPage,
          hideOnSinglePage: true,
          showSizeChanger: false,
        }}
      />
    </section>
  );
}

function Value({ text, wrong }: { text: string | null | undefined; wrong: string | undefined }) {
  if (!wrong) return <span title={text ?? ""}>{text ?? ""}</span>;
  return (
    <Tooltip title={wrong} trigger={["hover", "focus"]}>
      <button type="button" className="wrong-value">
        <span aria-hidden>⚠ </span>
        {text || "（空）"}
        <span className="sr-only">：{wrong}</span>
      </button>
    </Tooltip>
  );
}
