import { Button, Result } from "antd";
import { useNavigate } from "react-router";

/** An address that is no page, or none of this person's: the two look alike, so that nothing can be probed. */
export function NotFound() {
  const navigate = useNavigate();
  return (
    <Result
      status="404"
      title="找不到这个页面"
      subTitle="地址不存在，或者您的账号没有打开它的权限。需要权限请联系本部门安全员或系统维护人员。"
      extra={
        <Button type="primary" onClick={() => navigate("/")}>
          回到首页
        </Button>
      }
    />
  );
}
