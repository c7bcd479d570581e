/** The rows of a file by what will happen to them: wrong cells in red with their reason, to be put right here; what an update
 * changes as old → new, what a blank cell keeps in grey. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented, Table, type TableColumnType } from "antd";
import { useEffect, useRef, useState } from "react";
import type { ImportJob, PreviewRow, RowKind } from "../../api/imports";
import { ApiError } from "../../api/problem";
import { StatusTag } from "../../shared/StatusTag";
import { CorrectionBar } from "./CorrectionBar";
import { ErrorList } from "./ErrorList";
import { kindsOfRows, OUTCOMES, outcome, rowsFromErrors } from "./flow";
import { PreviewCell } from "./PreviewCell";
import { useSource } from "./source";
import type { Corrections } from "./useCorrections";

const SIZE = 20;

export function PreviewRows({ job, corrections }: { job: ImportJob; corrections: Corrections }) {
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
        {what === "invalid" && corrections.possible && (
          <p className="quiet">点击单元格即可在这里更正；上传的文件不会改变。</p>
        )}
        <CorrectionBar corrections={corrections} />
        <Rows key={what} job={job} what={what} corrections={corrections} />
      </section>
      {what === "invalid" && <ErrorList job={job} />}
    </>
  );
}

interface RowsProps {
  job: ImportJob;
  what: RowKind;
  corrections: Corrections;
}

function Rows({ job, what, corrections }: RowsProps) {
  const source = useSource();
  const [page, setPage] = useState(1);
  const frame = useRef<HTMLDivElement>(null);
  // What is wider than the page is scrolled by the keyboard only where something takes the focus: right rows have nothing.
  useEffect(() => frame.current?.querySelector(".ant-table-content")?.setAttribute("tabindex", "0"));
  const rows = useQuery({
    // The counts stand for the job's state: validated anew, its rows are asked for anew.
    queryKey: ["import", source.key, job.id, "rows", what, page, job.invalid, job.updated, job.created, job.unchanged, job.corrected],
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
      onCell: (row) => ({ className: look(row, field.key, corrections) }),
      render: (_, row) => (
        <PreviewCell row={row} field={field} corrections={letter && mayCorrect(row, corrections) ? corrections : null} />
      ),
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

/** Wrong rows, and those that somebody has put right, perhaps not well. */
function mayCorrect(row: PreviewRow, { possible }: Corrections): boolean {
  return possible && (outcome(row) === "invalid" || Boolean(row.corrected?.length));
}

function look(row: PreviewRow, field: string, { cells }: Corrections): string {
  if (cells[row.row]?.[field] !== undefined) return "cell-typed";
  if (row.errors[field]) return "cell-wrong";
  if (row.corrected?.includes(field)) return "cell-corrected";
  return row.changes?.[field] ? "cell-changed" : "";
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
