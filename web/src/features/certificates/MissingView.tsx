/** 缺证: whose post requires a certificate that they do not have, or have no longer. */
import { ExportOutlined } from "@ant-design/icons";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Select, Space, Table, type TableColumnType } from "antd";
import { Link } from "react-router";
import { holders, LACKING, type Lack } from "../../api/certificates";
import { describe } from "../../api/problem";
import { Failure } from "../../app/ErrorBoundary";
import { count } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { usePhone } from "../../shared/usePhone";
import { Keyword } from "./Keyword";
import { Needed, State, WhereSet } from "./Lacks";
import { LACKS, type ViewProps } from "./states";

const SIZE = 20;

export function MissingView({ path, params, q, onChange, onSearch, onReset }: ViewProps) {
  const phone = usePhone();
  const { message } = App.useApp();
  const filters = { department: params.get("department"), state: params.get("state"), post: params.get("post") };
  const number = Number(params.get("page")) || 1;
  const list = useQuery({
    queryKey: ["holders", "missing", filters, q, number],
    queryFn: ({ signal }) => holders.missing({ ...filters, q, page: number, size: SIZE }, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const save = useMutation({
    mutationFn: () => holders.exportMissing({ ...filters, q }),
    onSuccess: (name) => message.success(`已下载 ${name}`),
    onError: (error) => message.error(describe(error)),
  });
  const data = list.data;
  const total = data?.total ?? 0;
  const filtered = q !== "" || Object.values(filters).some(Boolean);
  const place = ({ ref }: Lack) => ref && `${path}/${ref.ledger}/${ref.id}`;
  return (
    <>
      <Space wrap role="search" className="no-print holders-search">
        <Keyword value={q} placeholder="姓名或完整身份证号" onSearch={onSearch} />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          aria-label="岗位"
          placeholder="全部岗位"
          className="holders-post"
          popupMatchSelectWidth={false}
          value={filters.post}
          options={(data?.posts ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(post?: string) => onChange({ post })}
        />
        <Select
          allowClear
          aria-label="缺证状态"
          placeholder="全部状态"
          className="holders-state"
          value={filters.state}
          options={LACKING.map((value) => ({ value, label: LACKS[value].text }))}
          onChange={(state?: string) => onChange({ state })}
        />
        <Button onClick={onReset}>重置</Button>
        <Button
          icon={<ExportOutlined aria-hidden />}
          disabled={total === 0}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {`导出 ${count(total)} 项`}
        </Button>
      </Space>
      <WhereSet />
      {list.isError ? (
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<Lack>
          size="small"
          rowKey="key"
          showHeader={!phone}
          loading={list.isPending}
          dataSource={data?.items ?? []}
          columns={phone ? phoneColumns(place) : columns(place)}
          {...(phone ? {} : { scroll: { x: 900 } })}
          locale={{ emptyText: <Nothing>{empty(filtered, data?.posts.length)}</Nothing> }}
          pagination={{
            current: number,
            pageSize: SIZE,
            total,
            showSizeChanger: false,
            showTotal: (all) => `共 ${all} 项，${data?.people ?? 0} 人`,
            onChange: (next) => onChange({ page: String(next) }),
          }}
        />
      )}
    </>
  );
}

function empty(filtered: boolean, posts: number | undefined): string {
  if (posts === undefined) return "正在核对岗位和证书…";
  if (filtered) return "没有符合条件的缺证人员，可放宽条件或重置。";
  return posts > 0
    ? "没有缺证人员：岗位有持证要求的人员都持有有效证书。"
    : "还没有岗位持证要求：设置后，岗位要求而没有有效证书的人员会列在这里。";
}

type Place = (lack: Lack) => string | null;

function Name({ lack, place }: { lack: Lack; place: Place }) {
  const path = place(lack);
  return path ? <Link to={path}>{lack.name}</Link> : <>{lack.name}</>;
}

function columns(place: Place): TableColumnType<Lack>[] {
  return [
    { title: "姓名", key: "name", width: 84, render: (_, lack) => <Name lack={lack} place={place} /> },
    { title: "部门", dataIndex: ["department", "name"], width: 120, ellipsis: true },
    { title: "岗位", dataIndex: "post", width: 110, ellipsis: true },
    { title: "缺少的证书", key: "certificates", width: 220, render: (_, lack) => <Needed lack={lack} /> },
    { title: "状态", key: "state", width: 150, render: (_, lack) => <State lack={lack} /> },
    { title: "依据", dataIndex: "basis", render: (basis) => basis ?? "—" },
  ];
}

function phoneColumns(place: Place): TableColumnType<Lack>[] {
  return [
    {
      title: "人员",
      key: "card",
      render: (_, lack) => (
        <div className="row-card">
          <div className="row-card-head">
            <Name lack={lack} place={place} />
            <State lack={lack} />
          </div>
          <div className="quiet">
            {lack.department.name || "—"} · {lack.post}
          </div>
          <Needed lack={lack} />
          {lack.basis && <div className="quiet">{lack.basis}</div>}
        </div>
      ),
    },
  ];
}
