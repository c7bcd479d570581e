/** 4.5 证书统计: how many certificates of each kind every department has, as a chart and as a table. */
import { ExportOutlined, PrinterOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Card, Empty, Skeleton, Space, Switch } from "antd";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { download } from "../../api/download";
import { statistics } from "../../api/statistics";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { may } from "../../shared/permission";
import { Chart } from "./Chart";
import { Matrix } from "./Matrix";
import { chartOption, colourOf, occurring } from "./option";

/** Why two pages about the same certificates show two numbers. */
const COUNTED =
  "这里按证书计数，即将到期指 60 天内到期或应复审；到期雷达按到期日期计数，不含离职人员的和已换新证的，因此两处数量可能不同。";

export default function CertificatesPage({ title }: { title: string }) {
  const [params, setParams] = useSearchParams();
  const { message } = App.useApp();
  const { me } = useSession();
  const validOnly = params.get("valid") === "1";
  const query = { valid_only: validOnly };
  const answer = useQuery({
    queryKey: ["certificates", validOnly],
    queryFn: () => statistics.certificates(validOnly),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const save = useMutation({
    mutationFn: () => download("/api/reports/certificates/export.xlsx", `${title}.xlsx`, query),
    onSuccess: (name) => message.success(`已下载 ${name}`),
    onError: (error) => message.error(describe(error)),
  });
  const data = useMemo(() => (answer.data ? occurring(answer.data) : undefined), [answer.data]);
  const option = useMemo(() => (data ? chartOption(data) : null), [data]);
  if (answer.isPending) return <Skeleton active className="pad" />;
  if (!data) return <Failure error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <Card
      className="stat-page"
      title={title}
      extra={
        <Space wrap className="no-print">
          <label className="switch-label">
            <Switch
              checked={validOnly}
              onChange={(on) => setParams(on ? { valid: "1" } : {})}
              aria-label="仅统计有效证书"
              loading={answer.isPlaceholderData}
            />{" "}
            仅有效
          </label>
          {may(me?.permissions ?? [], "reports:certificates:export") && (
            <Button icon={<ExportOutlined aria-hidden />} loading={save.isPending} onClick={() => save.mutate()}>
              导出
            </Button>
          )}
          <Button icon={<PrinterOutlined aria-hidden />} onClick={() => window.print()}>
            打印
          </Button>
        </Space>
      }
    >
      <p className="quiet">
        {`截至 ${data.on}，${data.valid_only ? "仅有效证书（未过期，复审未超期）" : "全部未注销的证书"}；上级部门不包含下级部门的数量。`}
        {COUNTED}
      </p>
      {option && data.totals.total ? (
        <>
          <ul className="plain chart-legend" aria-label="图例">
            {data.columns.map((column, index) => (
              <li key={column.key}>
                <i style={{ background: colourOf(index) }} aria-hidden />
                {column.title}
              </li>
            ))}
            <li className="quiet">单位：本</li>
          </ul>
          <Chart option={option} label={`${title}柱状图：各部门的证书数量，数据同下表`} />
        </>
      ) : (
        <Empty
          description={<span className="quiet">还没有证书。在教育培训的各证书台账中录入或导入后，这里自动统计。</span>}
        />
      )}
      <Matrix data={data} />
    </Card>
  );
}
