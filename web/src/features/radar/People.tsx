/** How many each person has: holders of certificates, those who were examined, keepers of things. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import type { Query } from "../../api/http";
import { radar, type PersonSum } from "../../api/radar";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { usePhone } from "../../shared/usePhone";
import type { Range } from "./filters";
import { numberColumns } from "./Numbers";
import type { Change } from "./RadarPage";

const SIZE = 50;
const NOBODY = "未写明人员";

interface Props {
  about: Query;
  range: Range;
  number: number;
  onChange: Change;
}

export function People({ about, range, number, onChange }: Props) {
  const phone = usePhone();
  const list = useQuery({
    queryKey: ["radar", "people", about, range, number],
    queryFn: ({ signal }) => radar.people({ ...about, ...range, page: number, size: SIZE }, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Table<PersonSum>
      size="small"
      rowKey={({ person, dept_id }) => `${dept_id} ${person ?? ""}`}
      loading={list.isPending}
      dataSource={list.data?.items ?? []}
      locale={{ emptyText: <Nothing>这段时间没有人有到期的事项。</Nothing> }}
      columns={[
        {
          title: "人员",
          key: "person",
          render: (_, one) => (
            <>
              {one.person ?? <span className="quiet">{NOBODY}</span>}
              {phone && <div className="quiet">{one.dept_name ?? "—"}</div>}
            </>
          ),
        },
        ...(phone ? [] : [{ title: "部门", dataIndex: "dept_name", render: (name: string | null) => name ?? "—" }]),
        ...numberColumns<PersonSum>(
          ({ person, dept_name }) => `${dept_name ?? ""}${person ?? NOBODY}`,
          // Nobody's are found under their department, among the others.
          ({ person, dept_id }) => ({ person, department: dept_id, below: "false" }),
          onChange,
        ),
      ]}
      pagination={{
        current: number,
        pageSize: SIZE,
        total: list.data?.total ?? 0,
        showSizeChanger: false,
        hideOnSinglePage: true,
        showTotal: (total) => `共 ${total} 人`,
        onChange: (page) => onChange({ page: String(page) }),
      }}
      {...(phone ? { className: "radar-departments" } : {})}
    />
  );
}
