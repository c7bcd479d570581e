/** Whether the trails are what they were: how far each chain is sealed, when its head was last told to others, and a check on
 * demand of the last links. The whole chain is checked by `safework audit verify`. */
import { useMutation, useQueries } from "@tanstack/react-query";
import { Alert, App, Button, Card, Table } from "antd";
import { useState } from "react";
import { audit, type Chain, type Checked, type Service } from "../../api/audit";
import { describe } from "../../api/problem";
import { StatusTag } from "../../shared/StatusTag";
import { count } from "../../shared/format";
import { exactTime } from "./columns";

const LAST = 5000;

export function ChainCard({ services, titles }: { services: readonly Service[]; titles: Record<string, string> }) {
  const { message } = App.useApp();
  const [checked, setChecked] = useState<Partial<Record<Service, Checked>>>({});
  const chains = useQueries({
    queries: services.map((service) => ({
      queryKey: ["audit", "chain", service],
      queryFn: () => audit.chain(service),
      refetchInterval: 30_000,
    })),
  });
  const check = useMutation({
    mutationFn: async () => {
      // One after the other: each reads some thousands of rows.
      for (const service of services) {
        const result = await audit.verify(service, LAST);
        setChecked((known) => ({ ...known, [service]: result }));
      }
    },
    onError: (error) => message.error(describe(error)),
  });
  const rows = services.map((service, place) => ({ service, chain: chains[place]?.data, failed: chains[place]?.isError }));
  const findings = Object.values(checked).flatMap((result) => (result?.sound === false ? [result] : []));
  return (
    <Card
      size="small"
      title="防篡改状态"
      extra={
        <Button size="small" loading={check.isPending} onClick={() => check.mutate()}>
          校验最后 {count(LAST)} 条
        </Button>
      }
    >
      <div className="stack">
        {findings.map((result) => (
          <Alert
            key={result.service}
            type="error"
            showIcon
            title={`${titles[result.service] ?? result.service}：审计记录与封存时不符`}
            description={
              <ul>
                {result.findings.map((one) => (
                  <li key={one.message}>{one.message}</li>
                ))}
              </ul>
            }
          />
        ))}
        <Table
          size="small"
          rowKey="service"
          pagination={false}
          dataSource={rows}
          scroll={{ x: 680 }}
          columns={[
            { title: "服务", dataIndex: "service", width: 140, render: (name: Service) => titles[name] ?? name },
            {
              title: "已封存",
              key: "position",
              width: 100,
              align: "right",
              render: (_, row) => (row.chain ? count(row.chain.position) : row.failed ? "未应答" : "…"),
            },
            {
              title: "待封存",
              key: "waiting",
              width: 90,
              align: "right",
              render: (_, row) => (row.chain ? count(row.chain.waiting) : ""),
            },
            { title: "最近封存", key: "sealed", width: 170, render: (_, row) => moment(row.chain?.sealed_at) },
            { title: "最近锚点", key: "anchor", width: 170, render: (_, row) => anchored(row.chain) },
            { title: "校验", key: "check", width: 110, render: (_, row) => verdict(checked[row.service]) },
          ]}
        />
      </div>
    </Card>
  );
}

const moment = (value: string | null | undefined) => (value ? exactTime(value) : "—");

const anchored = (chain?: Chain) => (chain?.anchored_at ? moment(chain.anchored_at) : chain ? "尚无" : "—");

function verdict(result?: Checked) {
  if (!result) return <span className="quiet">未校验</span>;
  return <StatusTag tone={result.sound ? "green" : "red"}>{result.sound ? "完好" : "发现异常"}</StatusTag>;
}
