/** The bell: how many notices are unread, and those nearest to their date. */
import { BellOutlined } from "@ant-design/icons";
import { Badge, Button, Empty, Popover, Skeleton } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useBell } from "../../api/notices";
import { describe } from "../../api/problem";
import { NoticeLine } from "../../features/notices/NoticeLine";

export function Bell() {
  const [open, setOpen] = useState(false);
  const bell = useBell();
  const unread = bell.data?.unread ?? 0;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      title={unread ? `未读提醒 ${unread} 条` : "提醒"}
      content={
        <div className="bell-list">
          {bell.isPending && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
          {bell.isError && <p>{describe(bell.error)}</p>}
          {bell.data?.items.length === 0 && <Empty description="没有未读提醒" image={Empty.PRESENTED_IMAGE_SIMPLE} />}
          <ul>
            {bell.data?.items.map((notice) => (
              <li key={notice.id}>
                <NoticeLine notice={notice} onOpen={() => setOpen(false)} />
              </li>
            ))}
          </ul>
          <Link to="/notices" onClick={() => setOpen(false)} className="bell-all">
            查看全部提醒
          </Link>
        </div>
      }
    >
      <Button
        type="text"
        aria-label={unread ? `提醒，${unread > 99 ? "99+" : unread} 条未读` : "提醒，没有未读"}
        icon={
          <Badge count={unread} size="small" overflowCount={99} offset={[4, 0]}>
            <BellOutlined className="bell-icon" aria-hidden />
          </Badge>
        }
      />
    </Popover>
  );
}
