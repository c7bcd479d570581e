import { Button, Result } from "antd";
import { useLocation, useNavigate } from "react-router";
import { useCalled } from "../api/permissions";
import { useSession } from "../api/session";
import { refusalOf } from "./refusal";

/** An address that is no page, or a page for which this person has no permission. */
export function NotFound() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const refusal = refusalOf(useCalled(), useSession().me?.permissions ?? [], pathname);
  const home = (
    <Button type="primary" onClick={() => navigate("/")}>
      回到首页
    </Button>
  );
  if (refusal) {
    return (
      <Result
        status="403"
        title="没有权限"
        subTitle={
          <>
            打开这个页面需要“{refusal.title}”权限{refusal.permission ? `（${refusal.permission}）` : ""}。
            <br />
            工作需要时，请把它告诉本部门安全员或公司安全管理部，由安全管理员在“角色权限”中授予。
          </>
        }
        extra={home}
      />
    );
  }
  return <Result status="404" title="找不到这个页面" subTitle="地址不存在，可能是链接不完整或页面已取消。" extra={home} />;
}
