/** 持证人员: people with what they hold, and what is due next. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Select, Space, Table, type TableColumnType } from "antd";
import { Link } from "react-router";
import { holders, STATES, type Holder } from "../../api/certificates";
import { useCatalogue, useDepartments } from "../../api/manifest";
import { Failure } from "../../app/ErrorBoundary";
import { due } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { StatusTag } from "../../shared/StatusTag";
import { usePhone } from "../../shared/usePhone";
import { Keyword } from "./Keyword";
import { holdsCertificates, isNumber, WORDS, type ViewProps } from "./states";

const SIZE = 20;

export function HoldersView({ path, params, q, onChange, onSearch, onReset }: ViewProps) {
  const phone = usePhone();
  const ledgers = (useCatalogue().data?.ledgers ?? []).filter(holdsCertificates);
  const filters = { department: params.get("department"), state: params.get("state"), ledger: params.get("ledger") };
  const department = useDepartments().data?.find(({ id }) => id === filters.department)?.name;
  const number = Number(params.get("page")) || 1;
  const list = useQuery({
    queryKey: ["holders", filters, q, number],
    queryFn: ({ signal }) => holders.page({ ...filters, q, page: number, size: SIZE }, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const filtered = q !== "" || Object.values(filters).some(Boolean);
  const place = (holder: Holder) => `${path}/${holder.ref.ledger}/${holder.ref.id}`;
  return (
    <>
      <Space wrap role="search" className="no-print holders-search">
        <Keyword value={q} placeholder="姓名、完整身份证号或证书编号" onSearch={onSearch} />
        <Select
          allowClear
          aria-label="证书状态"
          placeholder="全部状态"
          className="holders-state"
          value={filters.state}
          options={STATES.map((value) => ({ value, label: WORDS[value].text }))}
          onChange={(state?: string) => onChange({ state })}
        />
        <Select
          allowClear
          aria-label="证书类别"
          placeholder="全部证书台账"
          className="holders-ledger"
          popupMatchSelectWidth={false}
          value={filters.ledger}
          options={ledgers.map(({ slug, title }) => ({ value: slug, label: title }))}
          onChange={(ledger?: string) => onChange({ ledger })}
        />
        <Button onClick={onReset}>重置</Button>
      </Space>
      {list.isError ? (
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<Holder>
          size="small"
          rowKey={({ ref }) => `${ref.ledger}/${ref.id}`}
          showHeader={!phone}
          loading={list.isPending}
          dataSource={list.data?.items ?? []}
          columns={phone ? phoneColumns(place) : columns(place)}
          {...(phone ? {} : { scroll: { x: 880 } })}
          locale={{
            emptyText: (
              <Nothing>
                {filters.department && q
                  ? `${department ?? "所选部门"}（含下级）中没有找到“${isNumber(q) ? "该身份证号" : q}”。`
                  : filtered
                    ? "没有符合条件的持证人员。身份证号要输入完整的 18 位；也可以放宽条件。"
                    : "还没有证书。在教育培训的各证书台账中录入或导入后，可在这里按人查询。"}
                {filters.department && q && (
                  <Button type="link" onClick={() => onChange({ department: null })}>
                    在全部部门中查找
                  </Button>
                )}
              </Nothing>
            ),
          }}
          pagination={{
            current: number,
            pageSize: SIZE,
            total: list.data?.total ?? 0,
            showSizeChanger: false,
            showTotal: (total) => `共 ${total} 人`,
            onChange: (next) => onChange({ page: String(next) }),
          }}
        />
      )}
    </>
  );
}

function States({ holder }: { holder: Holder }) {
  return (
    <span className="holder-states">
      {STATES.filter((state) => holder.states[state] > 0).map((state) => (
        <StatusTag key={state} tone={WORDS[state].tone}>
          {`${WORDS[state].text} ${holder.states[state]}`}
        </StatusTag>
      ))}
    </span>
  );
}

/** Within the days for which certificates say 即将到期, how near it is; later dates need no colour. */
function NextDue({ day }: { day: string | null }) {
  if (!day) return <span className="quiet">—</span>;
  const state = due(day, [60]);
  return (
    <span className="number day">
      {day}
      {state.level !== "ok" && (
        <StatusTag tone={state.level === "overdue" ? "red" : state.level}>{state.text}</StatusTag>
      )}
    </span>
  );
}

const places = (holder: Holder) => holder.departments.map(({ name }) => name).join("、") || "—";

type Place = (holder: Holder) => string;

function columns(place: Place): TableColumnType<Holder>[] {
  return [
    { title: "姓名", key: "name", width: 110, render: (_, holder) => <Link to={place(holder)}>{holder.name}</Link> },
    { title: "部门", key: "departments", ellipsis: true, render: (_, holder) => places(holder) },
    {
      title: "身份证号",
      dataIndex: "id_number",
      width: 180,
      className: "number",
      render: (text) => text ?? "—",
    },
    { title: "证书数", dataIndex: "certificates", width: 76, align: "right" },
    { title: "状态", key: "states", width: 230, render: (_, holder) => <States holder={holder} /> },
    { title: "最近到期", key: "due", width: 210, render: (_, holder) => <NextDue day={holder.next_due} /> },
  ];
}

function phoneColumns(place: Place): TableColumnType<Holder>[] {
  return [
    {
      title: "人员",
      key: "card",
      render: (_, holder) => (
        <div className="row-card">
          <div className="row-card-head">
            <Link to={place(holder)}>{holder.name}</Link>
            <States holder={holder} />
          </div>
          <div className="quiet">
            {places(holder)} · {holder.certificates} 个证书
          </div>
          <div>
            最近到期 <NextDue day={holder.next_due} />
          </div>
        </div>
      ),
    },
  ];
}
