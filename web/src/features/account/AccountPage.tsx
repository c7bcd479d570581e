/** 个人中心: who I am here, what I may do and on whose data. */
import { Button, Card, Descriptions, Table } from "antd";
import { useDepartments } from "../../api/manifest";
import { useCalled } from "../../api/permissions";
import { signOut, useSession } from "../../api/session";
import type { Scope } from "../../api/types";
import { dropDrafts } from "../../shared/drafts";
import { DevicesCard } from "./DevicesCard";
import { PasswordForm } from "./PasswordForm";
import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";
import { SERVICES, SCOPES, VERBS } from "./words";
import { Nothing } from "../../shared/Nothing";
import { MyDelegations } from "../roles/MyDelegations";

export default function AccountPage() {
  const { me } = useSession();
  const departments = useDepartments();
  const called = useCalled();
  if (!me) return null;
  const { user, permissions, scope } = me;
  const reach = ({ kind, department_ids: ids }: Scope) => {
    const names = ids.flatMap((id) => departments.data?.find((department) => department.id === id)?.name ?? []);
    return `${SCOPES[kind] ?? kind}${names.length ? `（${names.join("、")}）` : ""}`;
  };
  const rows = permissions.map((grant) => {
    const [service = "", resources = "", verbs = ""] = grant.split(":");
    const resource = (code: string) => (code === "*" ? "全部" : (called.resource(service, code) ?? code));
    const verb = (code: string) => (code === "*" ? "全部操作" : (called.verb(service, code) ?? VERBS[code] ?? code));
    return {
      key: grant,
      service: SERVICES[service] ?? called.service(service),
      resources: resources.split(",").map(resource).join("、"),
      verbs: verbs.split(",").map(verb).join("、"),
    };
  });
  return (
    <div className="stack">
      <Card
        title="我的信息"
        extra={
          <Button
            onClick={() => {
              dropDrafts(user.id);
              void signOut();
            }}
          >
            退出登录
          </Button>
        }
      >
        <Descriptions
          column={{ xs: 1, md: 2 }}
          items={[
            { key: "name", label: "姓名", children: user.name },
            { key: "username", label: "用户名", children: user.username },
            { key: "no", label: "工号", children: user.employee_no || "—" },
            { key: "post", label: "岗位", children: user.post || "—" },
            { key: "department", label: "所属部门", children: user.department?.name ?? "—" },
            { key: "roles", label: "角色", children: user.roles.map((role) => role.name).join("、") || "—" },
            {
              key: "scope",
              label: "数据范围",
              children: [scope, ...(scope.also ?? [])].map(reach).join("；"),
            },
          ]}
        />
      </Card>
      <MyDelegations />
      <Card title="登录密码">
        <PasswordForm />
      </Card>
      <SecondFactorCard />
      <SessionsCard />
      <DevicesCard />
      <Card title="我的权限">
        <Table
          size="small"
          rowKey="key"
          dataSource={rows}
          pagination={false}
          scroll={{ x: 480 }}
          columns={[
            { title: "系统", dataIndex: "service", width: 120 },
            { title: "对象", dataIndex: "resources" },
            { title: "可以做的操作", dataIndex: "verbs" },
          ]}
          locale={{ emptyText: <Nothing>{"没有任何权限，请联系系统维护人员"}</Nothing> }}
        />
      </Card>
    </div>
  );
}
