/** 首页: what waits for me, and the way to my pages. */
import { Card, Empty, Skeleton } from "antd";
import { Link } from "react-router";
import { useCatalogue } from "../../api/manifest";
import { useBell } from "../../api/notices";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { menuOf } from "../../app/manual";
import { NoticeLine } from "../notices/NoticeLine";

export default function HomePage() {
  const { me } = useSession();
  const bell = useBell();
  const menu = menuOf(useCatalogue().data?.pages ?? []);
  return (
    <div className="stack">
      <h1 className="welcome">
        {me?.user.name}，您好
        <small>
          {me?.user.department?.name} · {me?.user.roles.map((role) => role.name).join("、")}
        </small>
      </h1>
      <Card
        title={bell.data ? `未读提醒（${bell.data.unread}）` : "未读提醒"}
        extra={<Link to="/notices">全部提醒</Link>}
      >
        {bell.isPending && <Skeleton active title={false} />}
        {bell.isError && <p>{describe(bell.error)}</p>}
        {bell.data?.items.length === 0 && (
          <Empty
            description="没有未读提醒。证书、设备、物资临近到期时会在这里提醒。"
            image={Empty.PRESENTED_IMAGE_SIMPLE}
          />
        )}
        <ul className="plain">
          {bell.data?.items.map((notice) => (
            <li key={notice.id}>
              <NoticeLine notice={notice} />
            </li>
          ))}
        </ul>
      </Card>
      <div className="entries">
        {menu.map((section) => (
          <Card key={section.id} size="small" title={section.title}>
            <ul className="plain">
              {section.pages.map((page) => (
                <li key={page.leaf}>
                  <Link to={page.path}>{page.title}</Link>
                </li>
              ))}
            </ul>
          </Card>
        ))}
      </div>
    </div>
  );
}
