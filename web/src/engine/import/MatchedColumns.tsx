/** The columns that were recognised by themselves: to be checked, not to be changed. */
import { Collapse } from "antd";
import type { ImportJob, Mapping } from "../../api/imports";
import { useSource } from "./source";

export function MatchedColumns({ job, mapping }: { job: ImportJob; mapping: Mapping }) {
  const { fields } = useSource();
  const said = new Set((mapping.known ?? []).map(({ column }) => column));
  const titles = new Map(fields.map(({ key, title }) => [key, title]));
  const matched = (job.columns ?? []).filter(({ column }) => !said.has(column));
  if (matched.length === 0) return null;
  return (
    <Collapse
      size="small"
      items={[
        {
          key: "matched",
          label: `自动识别的列（${matched.length} 个）`,
          children: (
            <ul className="matched">
              {matched.map(({ field, column, header }) => (
                <li key={column}>
                  <span>
                    <span className="quiet">{column} 列 </span>
                    {header} → <b>{titles.get(field) ?? field}</b>
                  </span>
                  {mapping.samples?.[column] && <span className="quiet">如：{mapping.samples[column].join("；")}</span>}
                </li>
              ))}
            </ul>
          ),
        },
      ]}
    />
  );
}
