/** 首页: what is due, what waits for me, and the way to my pages. */
import { Card, Empty, Skeleton } from "antd";
import { Link } from "react-router";
import { useCatalogue } from "../../api/manifest";
import { useBell, useUnreadByLevel } from "../../api/notices";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { dailyOf, menuOf } from "../../app/manual";
import { Loading } from "../../shared/Loading";
import { placeOf } from "../../shared/people";
import { StatusTag } from "../../shared/StatusTag";
import { LEVELS } from "../notices/levels";
import { NoticeLine } from "../notices/NoticeLine";
import { DueCard } from "./DueCard";

export default function HomePage() {
  const { me } = useSession();
  const bell = useBell();
  const levels = useUnreadByLevel();
  const catalogue = useCatalogue();
  const menu = menuOf(catalogue.data?.pages ?? []);
  // Without the catalogue a notice does not know the page of its row yet.
  const pending = bell.isPending || catalogue.isPending;
  return (
    <div className="stack">
      <h1 className="welcome">
        {me?.user.name}，您好
        <small>{me && placeOf(me.user)}</small>
      </h1>
      {dailyOf(catalogue.data?.pages ?? []).some((page) => page.screen === "radar") && <DueCard />}
      <Card
        title={bell.data ? `未读提醒（${bell.data.unread}）` : "未读提醒"}
        extra={<Link to="/notices">全部提醒</Link>}
      >
        {bell.data && bell.data.unread > 0 && levels.data && (
          <div className="levels">
            {levels.data.map(({ level, total }) => (
              <Link key={level} to={`/notices?level=${level}`}>
                <StatusTag tone={LEVELS[level]!.tone}>{LEVELS[level]!.text}</StatusTag>
                {total} 条
              </Link>
            ))}
          </div>
        )}
        {pending && <Skeleton active title={false} />}
        {bell.isError && <p>{describe(bell.error)}</p>}
        {bell.data?.items.length === 0 && (
          <Empty
            description="没有未读提醒。证书、设备、物资临近到期时会在这里提醒。"
            image={Empty.PRESENTED_IMAGE_SIMPLE}
          />
        )}
        <ul className="plain">
          {(pending ? [] : bell.data?.items)?.map((notice) => (
            <li key={notice.id}>
              <NoticeLine notice={notice} />
            </li>
          ))}
        </ul>
      </Card>
      {catalogue.isPending && <Loading />}
      {catalogue.data && menu.length === 0 && (
        <Card>
          <Empty
            description="还没有可以使用的页面，请联系系统维护人员分配角色。"
            image={Empty.PRESENTED_IMAGE_SIMPLE}
          />
        </Card>
      )}
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
