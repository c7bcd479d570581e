/** 我的手机: the telephones that may stay signed in; one that is lost is taken out here. */
import { Card } from "antd";
import { account } from "../../api/account";
import { DeviceList } from "./DeviceList";

export function DevicesCard() {
  return (
    <Card title="我的手机">
      <DeviceList
        queryKey={["my-devices"]}
        load={account.devices}
        revoke={account.revokeDevice}
        empty="没有手机登录过。在手机应用中登录后会显示在这里。"
      />
    </Card>
  );
}
