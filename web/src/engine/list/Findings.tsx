/** What is wrong with several rows together, above the list: a team without a leader, two people with one telephone. Each
 * leads to its rows. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { ledgers } from "../../api/ledgers";
import { describe } from "../../api/problem";
import { count } from "../../shared/format";
import type { LedgerManifest } from "../schema";

/** As many stand on the page before the list is pushed out of sight. */
const SHOWN = 3;

export function Findings({ ledger, onShow }: { ledger: LedgerManifest; onShow: (q: string) => void }) {
  const [all, setAll] = useState(false);
  const answer = useQuery({
    // Under "rows", so that what is written to the ledger is looked through again.
    queryKey: ["rows", ledger.slug, "findings"],
    queryFn: ({ signal }) => ledgers.findings(ledger.slug, signal),
    enabled: Boolean(ledger.findings?.length),
  });
  if (answer.isError) {
    return (
      <Alert
        type="error"
        showIcon
        title={`没有完成核对：${describe(answer.error)}`}
        action={
          <Button size="small" onClick={() => void answer.refetch()}>
            重试
          </Button>
        }
      />
    );
  }
  const items = answer.data?.items ?? [];
  if (!items.length) return null;
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <Alert
      className="findings no-print"
      type="warning"
      showIcon
      title={`${count(items.length)}${answer.data?.more ? " 处以上" : " 处"}需要核对`}
      description={
        <>
          <ul className="plain">
            {shown.map((one) => (
              <li key={`${one.code} ${one.department ?? ""} ${one.label}`}>
                {one.title}：{one.department && `${one.department} `}
                {one.label}
                {one.differing.length > 0 && `（${one.differing.join("、")}）`}，{count(one.rows)} 条
                <Button type="link" size="small" aria-label={`查看${one.label}`} onClick={() => onShow(one.label)}>
                  查看
                </Button>
              </li>
            ))}
          </ul>
          {items.length > SHOWN && (
            <Button type="link" size="small" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? "收起" : `全部 ${count(items.length)} 处`}
            </Button>
          )}
        </>
      }
    />
  );
}
