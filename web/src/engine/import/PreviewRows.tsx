/** The rows of a file by what will happen to them: wrong cells in red with their reason, what an update changes as old → new,
 * what a blank cell keeps in grey. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented, Table, Tooltip, type TableColumnType } from "antd";
import { useEffect, useRef, useState } from "react";
import type { ImportJob, PreviewRow, RowKind } from "../../api/imports";
import { ApiError } from "../../api/problem";
import { StatusTag } from "../../shared/StatusTag";
import { ErrorList } from "./ErrorList";
import { kindsOfRows, OUTCOMES, outcome, rowsFromErrors } from "./flow";
import { useSource } from "./source";

const SIZE = 20;

export function PreviewRows({ job }: { job: ImportJob }) {
  const source = useSource();
  const kinds = source.everyRow ? kindsOfRows(job) : kindsOfRows(job).filter(({ value }) => value === "invalid");
  const [chosen, choose] = useState<RowKind | null>(null);
  const what = kinds.some(({ value }) => value === chosen) ? chosen! : kinds[0]?.value;
  if (what === undefined) return null;
  return (
    <>
      <section aria-label={what === "invalid" ? "有错误的行" : "文件中的行"}>
        <h2>{source.everyRow ? "逐行核对" : "有错误的行"}</h2>
        {kinds.length > 1 && (
          <Segmented<RowKind>
            aria-label="显示哪些行"
            className="form-note"
            value={what}
            onChange={choose}
            options={kinds.map(({ value, label, count }) => ({ value, label: `${label} ${count}` }))}
          />
        )}
        <Rows key={what} job={job} what={what} />
      </section>
      {what === "invalid" && <ErrorList job={job} />}
    </>
  );
}

function Rows({ job, what }: { job: ImportJob; what: RowKind }) {
  const source = useSource();
  const [page, setPage] = useState(1);
  const frame = useRef<HTMLDivElement>(null);
  // What is wider than the page is scrolled by the keyboard only where something takes the focus: right rows have nothing.
  useEffect(() => frame.current?.querySelector(".ant-table-content")?.setAttribute("tabindex", "0"));
  const rows = useQuery({
    // The counts stand for the job's state: validated anew, its rows are asked for anew.
    queryKey: ["import", source.key, job.id, "rows", what, page, job.invalid, job.updated, job.created, job.unchanged],
    queryFn: () => source.api.rows(job.id, what, page, SIZE),
    placeholderData: keepPreviousData,
    retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status === 404),
  });
  // The errors of the job name every wrong cell; the other cells of the row are only for orientation.
  const fallback = rows.isError && what === "invalid" ? rowsFromErrors(job.errors) : [];
  const items = rows.data?.items ?? fallback.slice((page - 1) * SIZE, page * SIZE);
  const used = new Set(
    items.flatMap((row) => [...Object.keys(row.errors), ...Object.entries(row.values).flatMap(([key, text]) => (text ? [key] : []))]),
  );
  const byKey = new Map(source.fields.map((field) => [field.key, field]));
  // In the order of the file and with its letters, so that a cell is found again in Excel; then what the file lacks.
  const inFile = (job.columns ?? []).flatMap(({ field, column }) => {
    const known = byKey.get(field);
    return known ? [{ field: known, letter: column }] : [];
  });
  const listed = new Set(inFile.map(({ field }) => field.key));
  const lacking = source.fields.filter((field) => used.has(field.key) && !listed.has(field.key));
  const fields = [...inFile, ...lacking.map((field) => ({ field, letter: "" }))];
  const wrong = new Set(items.flatMap((row) => Object.keys(row.errors)));
  const titles = new Map(source.fields.map((field) => [field.key, field.title]));
  const columns: TableColumnType<PreviewRow>[] = [
    { key: "row", title: "行", dataIndex: "row", width: 64, fixed: "left", align: "right" },
    ...(what === "all"
      ? [{ key: "outcome", title: "将会", width: 84, render: (_: unknown, row: PreviewRow) => <Outcome row={row} /> }]
      : []),
    ...(what === "updated"
      ? [{ key: "changes", title: "改动", width: 320, render: (_: unknown, row: PreviewRow) => <Changes row={row} titles={titles} /> }]
      : []),
    ...fields.map(({ field, letter }): TableColumnType<PreviewRow> => ({
      key: field.key,
      title: (
        <>
          {letter && <span className="quiet">{letter} </span>}
          {field.title}
        </>
      ),
      // A wrong number is bold and has a sign before it, and should stand in one line.
      width: Math.max(field.width, field.title.length * 14 + 44) + (wrong.has(field.key) ? 40 : 0),
      ellipsis: { showTitle: false },
      onCell: (row) => ({
        className: row.errors[field.key] ? "cell-wrong" : row.changes?.[field.key] ? "cell-changed" : "",
      }),
      render: (_, row) => <Cell row={row} field={field.key} />,
    })),
  ];
  return (
    <div ref={frame}>
      <Table<PreviewRow>
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
    </div>
  );
}

function Outcome({ row }: { row: PreviewRow }) {
  const { tone, label } = OUTCOMES[outcome(row)];
  return <StatusTag tone={tone}>{label}</StatusTag>;
}

function Changes({ row, titles }: { row: PreviewRow; titles: Map<string, string> }) {
  return (
    <ul className="row-changes">
      {Object.entries(row.changes ?? {}).map(([key, { before, after }]) => (
        <li key={key}>
          <b>{titles.get(key) ?? key}</b>：{before || "（空）"} → {after || "（空）"}
        </li>
      ))}
    </ul>
  );
}

function Cell({ row, field }: { row: PreviewRow; field: string }) {
  const text = row.values[field];
  const wrong = row.errors[field]?.message;
  const change = row.changes?.[field];
  if (wrong) {
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
  if (change) {
    const words = `${change.before || "（空）"} → ${change.after || "（空）"}`;
    return <span title={words}>{words}</span>;
  }
  if (row.kept?.includes(field)) {
    return (
      <span className="quiet" title={`${text ?? ""}（文件中没有填写，保留系统中的内容）`}>
        {text}
      </span>
    );
  }
  return <span title={text ?? ""}>{text ?? ""}</span>;
}
