/** The sums of what the list shows, for ledgers that count something: one line, and a table by group when it is opened. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Button, Segmented, Table } from "antd";
import { DownOutlined, UpOutlined } from "@ant-design/icons";
import { useId, useState } from "react";
import { ledgers, type TotalsGroup } from "../../api/ledgers";
import type { Query } from "../../api/http";
import { describe } from "../../api/problem";
import type { LedgerManifest } from "../schema";

/** An exact decimal, as the service writes it, with its thousands apart and at least so many `places`; no detour over a
 * number that would round it. A sum of nothing comes as `0`, and stands among others as `0.00`. */
export function grouped(amount: string, places = 0): string {
  const [whole = "", given = ""] = amount.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const fraction = given.padEnd(places, "0");
  return fraction ? `${apart}.${fraction}` : apart;
}

export function Totals({ ledger, query }: { ledger: LedgerManifest; query: Query }) {
  const declared = ledger.totals;
  const [by, setBy] = useState(declared?.by[0] ?? "");
  const [open, setOpen] = useState(false);
  const panel = useId();
  const answer = useQuery({
    queryKey: ["rows", ledger.slug, "totals", by, query],
    queryFn: ({ signal }) => ledgers.totals(ledger.slug, { ...query, by }, signal),
    placeholderData: keepPreviousData,
    enabled: Boolean(declared),
  });
  if (!declared) return null;
  if (answer.isError) {
    return (
      <Alert
        type="error"
        showIcon
        title={`合计没有算出来：${describe(answer.error)}`}
        action={
          <Button size="small" onClick={() => void answer.refetch()}>
            重试
          </Button>
        }
      />
    );
  }
  const totals = answer.data;
  const field = (key: string) => ledger.fields.find((one) => one.key === key);
  const sum = (group: TotalsGroup, key: string) => grouped(group.sums[key] ?? "0", field(key)?.precision ?? 0);
  const title = (key: string) => field(key)?.title ?? key;
  return (
    <section className="totals" aria-label="合计" aria-busy={answer.isFetching}>
      <div className="totals-line">
        <span aria-live="polite">
          {totals
            ? [
                `共 ${totals.total.count.toLocaleString("zh-CN")} 条`,
                ...Object.entries(totals.titles).map(
                  ([key, name]) => `${name}合计 ${sum(totals.total, key)}`,
                ),
              ].join("，")
            : "正在计算合计…"}
        </span>
        <Button
          type="link"
          size="small"
          className="no-print"
          aria-expanded={open}
          aria-controls={panel}
          icon={open ? <UpOutlined aria-hidden /> : <DownOutlined aria-hidden />}
          iconPlacement="end"
          onClick={() => setOpen(!open)}
        >
          分组合计
        </Button>
      </div>
      <div id={panel} hidden={!open}>
        {open && totals && (
          <>
            <Segmented
              className="no-print"
              size="small"
              aria-label="合计的分组"
              value={by}
              onChange={setBy}
              options={declared.by.map((key) => ({ value: key, label: `按${title(key)}` }))}
            />
            <Table<TotalsGroup>
              rowKey={(group) => group.key ?? ""}
              size="small"
              bordered
              pagination={false}
              loading={answer.isPlaceholderData}
              dataSource={[...totals.items, { ...totals.total, key: "__all__" }]}
              columns={[
                { title: title(totals.by), dataIndex: "label", rowScope: "row" },
                {
                  title: "条数",
                  dataIndex: "count",
                  align: "right",
                  render: (count: number) => count.toLocaleString("zh-CN"),
                },
                ...Object.entries(totals.titles).map(([key, name]) => ({
                  title: name,
                  key,
                  align: "right" as const,
                  render: (_: unknown, group: TotalsGroup) => sum(group, key),
                })),
              ]}
            />
          </>
        )}
      </div>
    </section>
  );
}
