/** What one person lacks, and all certificates, ledger by ledger: to look at, and to print as a sheet for the person's file. */
import { ArrowLeftOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useMemo } from "react";
import { Link, useNavigate } from "react-router";
import { holders, type HolderDetail } from "../../api/certificates";
import { useCatalogue, useDepartments } from "../../api/manifest";
import { Failure } from "../../app/ErrorBoundary";
import { NotFound } from "../../app/NotFound";
import type { ScreenProps } from "../../app/screens";
import { ChoiceCell, CodeCell, DayCell, TextCell, type Cell } from "../../engine/field/cells";
import { Engine } from "../../engine/field/context";
import type { Field, LedgerManifest, Row } from "../../engine/schema";
import { today } from "../../shared/format";
import { Loading } from "../../shared/Loading";
import { usePhone } from "../../shared/usePhone";
import { LackSheet } from "./Lacks";
import { sheetFields } from "./states";
import "./certificates.css";

export default function PersonPage({ page, rest }: ScreenProps) {
  const [, slug, id] = /^([a-z-]{1,40})\/([0-9a-f-]{36})$/.exec(rest) ?? [];
  if (!slug || !id) return <NotFound />;
  return <Sheet path={page.path} slug={slug} id={id} />;
}

function Sheet({ path, slug, id }: { path: string; slug: string; id: string }) {
  const navigate = useNavigate();
  const catalogue = useCatalogue().data;
  const person = useQuery({
    queryKey: ["holders", "one", slug, id],
    queryFn: () => holders.one(slug, id),
    staleTime: 0,
  });
  if (person.isError) return <Failure error={person.error} onRetry={() => void person.refetch()} />;
  if (!person.data || !catalogue) return <Loading />;
  const { name, id_number: number, ledgers, missing } = person.data;
  const total = ledgers.reduce((sum, ledger) => sum + ledger.rows.length, 0);
  return (
    <article className="person-sheet" aria-label={`${name}的证书`}>
      <header className="person-head">
        <h1>
          个人证书档案<small className="quiet no-print">（共 {total} 个证书）</small>
        </h1>
        <Space wrap className="no-print">
          <Button icon={<ArrowLeftOutlined aria-hidden />} onClick={() => navigate(path)}>
            返回查询
          </Button>
          <Button type="primary" icon={<PrinterOutlined aria-hidden />} onClick={() => window.print()}>
            打印
          </Button>
        </Space>
      </header>
      <dl className="person-facts">
        <div>
          <dt>姓名</dt>
          <dd>{name}</dd>
        </div>
        <div>
          <dt>身份证号</dt>
          <dd className="number">{number}</dd>
        </div>
        <div>
          <dt>部门</dt>
          <dd>{departmentsOf(ledgers)}</dd>
        </div>
        <div className="person-printed">
          <dt>打印日期</dt>
          <dd className="number">{today()}</dd>
        </div>
      </dl>
      <LackSheet lacks={missing} />
      {ledgers.map((entry) => {
        const ledger = catalogue.ledgers.find((candidate) => candidate.slug === entry.ledger);
        return ledger && <Held key={entry.ledger} ledger={ledger} title={entry.title} rows={entry.rows} />;
      })}
    </article>
  );
}

function departmentsOf(ledgers: HolderDetail["ledgers"]): string {
  const names = ledgers.flatMap(({ rows }) => rows.map((row) => String(row.dept_name ?? "")));
  return [...new Set(names.filter(Boolean))].join("、") || "—";
}

const CELLS: Record<string, Cell> = { choice: ChoiceCell, day: DayCell, code: CodeCell };

function Value({ field, row }: { field: Field; row: Row }) {
  const Shown = CELLS[field.kind] ?? TextCell;
  return <Shown field={field} value={row[field.key]} row={row} />;
}

/** A plain table: it has few lines, and paper needs no more. */
function Held({ ledger, title, rows }: { ledger: LedgerManifest; title: string; rows: Row[] }) {
  const departments = useDepartments().data;
  const phone = usePhone();
  const context = useMemo(() => ({ ledger, departments: departments ?? [] }), [ledger, departments]);
  const fields = sheetFields(ledger);
  const link = (row: Row) => (
    <Link to={`/ledgers/${ledger.slug}/${row.id}`} aria-label={`查看台账记录 ${String(row.cert_no ?? "")}`}>
      查看台账
    </Link>
  );
  return (
    <Engine value={context}>
      <section className="person-ledger" aria-label={title}>
        <h2>
          {title}
          <small className="quiet">{rows.length} 个</small>
        </h2>
        {phone ? (
          <ul className="plain person-cards">
            {rows.map((row) => (
              <li key={row.id}>
                <dl>
                  {fields.map((field) => (
                    <div key={field.key}>
                      <dt>{field.title}</dt>
                      <dd>
                        <Value field={field} row={row} />
                      </dd>
                    </div>
                  ))}
                </dl>
                {link(row)}
              </li>
            ))}
          </ul>
        ) : (
          <div className="person-scroll">
            <table>
              <thead>
                <tr>
                  {fields.map((field) => (
                    <th key={field.key} scope="col">
                      {field.title}
                    </th>
                  ))}
                  <th scope="col" className="no-print">
                    操作
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    {fields.map((field) => (
                      <td key={field.key}>
                        <Value field={field} row={row} />
                      </td>
                    ))}
                    <td className="no-print">{link(row)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </Engine>
  );
}
