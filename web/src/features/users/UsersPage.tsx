/** 人员账号: who works here, in which departments, with an account or without. Filters are in the address. */
import { DownloadOutlined, MoreOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Card, Dropdown, Input, Select, Space, Table, TreeSelect, type TableColumnType } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useDepartments } from "../../api/manifest";
import { staff, USERS, type Person, type WithSecret } from "../../api/organisation";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import type { ScreenProps } from "../../app/screens";
import { departmentsInScope, departmentTree, selectable, withAncestors } from "../../engine/field/departments";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { StatusTag } from "../../shared/StatusTag";
import { usePhone } from "../../shared/usePhone";
import { SecretDialog } from "./SecretDialog";
import { SignInSafety } from "./SignInSafety";
import { UserDrawer } from "./UserDrawer";
import { DEEDS, deedsFor, usePersonActions, type Deed } from "./usePersonActions";

const SIZE = 20;

export default function UsersPage({ page }: ScreenProps) {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const phone = usePhone();
  const { message } = App.useApp();
  const { me } = useSession();
  const grants = me?.permissions ?? [];
  const mayUpdate = may(grants, "auth:users:update");
  const departments = useDepartments().data ?? [];
  const [edited, setEdited] = useState<Person | "new" | null>(null);
  const [safety, setSafety] = useState<Person | null>(null);
  const [secret, setSecret] = useState<WithSecret | null>(null);

  const state = params.get("state") ?? "active";
  const filters = {
    q: params.get("q") ?? undefined,
    under: params.get("under") ?? undefined,
    active: state === "all" ? undefined : state !== "disabled",
    account: params.has("account") ? params.get("account") === "yes" : undefined,
  };
  const number = Number(params.get("page")) || 1;
  const sort = params.get("sort") ?? "employee_no";
  const list = useQuery({
    queryKey: ["rows", USERS, filters, number, sort],
    queryFn: () => staff.list(filters, number, SIZE, sort),
    placeholderData: keepPreviousData,
  });
  const change = (values: Record<string, string | null | undefined>) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    for (const [key, value] of Object.entries(values)) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next, { replace: true });
  };
  const refresh = () => void client.invalidateQueries({ queryKey: ["rows", USERS] });
  const act = usePersonActions({ onChanged: refresh, onSecret: setSecret });
  const acts = (person: Person) => ({
    items: [
      ...(mayUpdate ? [{ key: "edit", label: "修改" }] : []),
      ...(mayUpdate ? deedsFor(person, me?.user.id).map((deed) => ({ key: deed, label: DEEDS[deed] })) : []),
      ...(person.account && may(grants, "auth:sessions:read") ? [{ key: "safety", label: "登录安全" }] : []),
      ...(may(grants, "auth:roles:read") ? [{ key: "rights", label: "角色和权限" }] : []),
    ],
    onClick: ({ key }: { key: string }) => {
      if (key === "edit") setEdited(person);
      else if (key === "safety") setSafety(person);
      else if (key === "rights") navigate(`/system/roles?user=${person.id}`);
      else void act(person, key as Deed);
    },
  });
  // Without any of these rights there is nothing to do with anybody, and no column for it.
  const mayAct = mayUpdate || may(grants, "auth:sessions:read") || may(grants, "auth:roles:read");
  const menu = mayAct && ((person: Person) => (
    <Dropdown trigger={["click"]} menu={acts(person)} disabled={acts(person).items.length === 0}>
      <Button type="text" icon={<MoreOutlined aria-hidden />} aria-label={`${person.name}：操作`} />
    </Dropdown>
  ));

  const reached = departmentsInScope(departments, me);
  const filtered = ["q", "under", "account"].some((key) => params.has(key)) || state !== "active";
  return (
    <Card
      title={page.title}
      extra={
        <Space wrap>
          {may(grants, "auth:users:create") && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited("new")}>
              新建
            </Button>
          )}
          {may(grants, "auth:users:import") && (
            <Button icon={<UploadOutlined aria-hidden />} onClick={() => navigate(`${page.path}/import`)}>
              批量导入
            </Button>
          )}
          {may(grants, "auth:users:export") && (
            <Button
              icon={<DownloadOutlined aria-hidden />}
              disabled={!list.data?.total}
              onClick={() => staff.export(filters).catch((error) => message.error(describe(error)))}
            >
              导出{list.data ? ` ${list.data.total} 人` : ""}
            </Button>
          )}
        </Space>
      }
    >
      <div className="stack">
        <Space wrap role="search">
          <Input.Search
            key={params.get("q") ?? ""}
            allowClear
            defaultValue={params.get("q") ?? ""}
            placeholder="姓名、用户名、工号、岗位"
            aria-label="关键字"
            enterButton="查询"
            onSearch={(text) => change({ q: text.trim() })}
          />
          <TreeSelect
            allowClear
            aria-label="单位"
            placeholder="全部单位"
            value={params.get("under") ?? undefined}
            onChange={(id?: string) => change({ under: id })}
            treeData={selectable(departmentTree(withAncestors(departments, reached)), reached)}
            treeDefaultExpandAll
            showSearch={{ treeNodeFilterProp: "title" }}
            popupMatchSelectWidth={300}
            style={{ minWidth: 180 }}
          />
          <Select
            aria-label="状态"
            value={state}
            onChange={(value) => change({ state: value === "active" ? null : value })}
            options={[
              { value: "active", label: "在用" },
              { value: "disabled", label: "已停用" },
              { value: "all", label: "全部状态" },
            ]}
          />
          <Select
            aria-label="账号"
            value={params.get("account") ?? ""}
            onChange={(value) => change({ account: value })}
            options={[
              { value: "", label: "有无账号不限" },
              { value: "yes", label: "有账号" },
              { value: "no", label: "无账号" },
            ]}
          />
        </Space>
        {list.isError ? (
          <Failure error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Table<Person>
            size="small"
            rowKey="id"
            loading={list.isFetching && !list.data}
            dataSource={list.data?.items ?? []}
            scroll={phone ? {} : { x: 980 }}
            rowClassName={(person) => (person.active ? "" : "quiet")}
            locale={{
              emptyText: (
                <Nothing>{emptyText(list.isPending, filtered, may(grants, "auth:users:create"))}</Nothing>
              ),
            }}
            pagination={{
              current: number,
              pageSize: SIZE,
              total: list.data?.total ?? 0,
              showSizeChanger: false,
              showTotal: (total) => `共 ${total} 条`,
              onChange: (next) => {
                const query = new URLSearchParams(params);
                query.set("page", String(next));
                setParams(query);
              },
            }}
            columns={phone ? phoneColumns(menu) : columns(menu, may(grants, "auth:roles:read"))}
          />
        )}
      </div>
      {edited && (
        <UserDrawer
          key={edited === "new" ? "new" : `${edited.id}#${edited.version}`}
          person={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
          onSaved={(_, made) => {
            setEdited(null);
            if (made?.one_time_password) setSecret(made);
            refresh();
          }}
        />
      )}
      {safety && (
        <SignInSafety
          person={safety}
          own={safety.id === me?.user.id}
          mayUpdate={mayUpdate}
          mayEnd={may(grants, "auth:sessions:delete")}
          onClose={() => setSafety(null)}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Card>
  );
}

function emptyText(pending: boolean, filtered: boolean, mayCreate: boolean): string {
  if (pending) return "正在加载…";
  if (filtered) return "没有符合条件的人员，请调整查询条件";
  return mayCreate ? "还没有人员，可以新建或批量导入" : "您的数据范围内还没有人员";
}

type Menu = ((person: Person) => React.ReactNode) | false;

function State({ person }: { person: Person }) {
  if (!person.active) {
    return <StatusTag tone="grey">{`已停用${person.disabled_reason ? `：${person.disabled_reason}` : ""}`}</StatusTag>;
  }
  if (!person.account) return <StatusTag tone="blue">无账号</StatusTag>;
  return person.must_change_password ? (
    <StatusTag tone="orange">待首次改密</StatusTag>
  ) : (
    <StatusTag tone="green">在用</StatusTag>
  );
}

const places = (person: Person) =>
  [person.department, ...person.further_departments]
    .map((place, index) => `${place.name}${place.closed ? "（已关闭）" : ""}${index ? "（兼）" : ""}`)
    .join("、");

const by = (menu: Exclude<Menu, false>) => (_: unknown, person: Person) => menu(person);

function columns(menu: Menu, mayReadRoles: boolean): TableColumnType<Person>[] {
  return [
    { title: "工号", dataIndex: "employee_no", width: 90, render: (text) => text ?? "—" },
    { title: "姓名", dataIndex: "name", width: 100 },
    { title: "用户名", dataIndex: "username", width: 150, render: (text) => text ?? "—" },
    { title: "单位", key: "places", ellipsis: true, render: (_, person) => places(person) },
    { title: "岗位", dataIndex: "post", width: 120, ellipsis: true, render: (text) => text ?? "—" },
    { title: "联系电话", dataIndex: "phone", width: 130, render: (text) => text ?? "—" },
    {
      title: "角色",
      key: "roles",
      width: 170,
      ellipsis: true,
      render: (_, person) => {
        const names = person.roles.map((role) => role.name).join("、");
        return mayReadRoles && names ? <Link to={`/system/roles?user=${person.id}`}>{names}</Link> : names || "—";
      },
    },
    { title: "状态", key: "state", width: 120, render: (_, person) => <State person={person} /> },
    ...(menu
      ? [{ title: "操作", key: "actions", width: 64, align: "center" as const, fixed: "right" as const, render: by(menu) }]
      : []),
  ];
}

function phoneColumns(menu: Menu): TableColumnType<Person>[] {
  return [
    {
      title: "人员",
      key: "person",
      render: (_, person) => (
        <div className="row-card">
          <div className="row-card-head">
            <b>{person.name}</b> <State person={person} />
          </div>
          <div className="quiet">
            {[person.employee_no, person.post, places(person)].filter(Boolean).join(" · ")}
          </div>
        </div>
      ),
    },
    ...(menu ? [{ title: "操作", key: "actions", width: 56, align: "center" as const, render: by(menu) }] : []),
  ];
}
