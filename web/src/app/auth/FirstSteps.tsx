/** What has to be done before anything else may be: a password of one's own, and for administrators a second factor. */
import { Alert, Button } from "antd";
import { useState } from "react";
import { signOut, useSession } from "../../api/session";
import { takeOutdatedPassword } from "../../api/signin";
import { PasswordForm } from "../../features/account/PasswordForm";
import { SecondFactorSetup } from "../../features/account/SecondFactorSetup";

export default function FirstSteps() {
  const { me } = useSession();
  // Read once: it was typed a moment ago, and is not asked for again.
  const [typed] = useState(takeOutdatedPassword);
  if (!me) return null;
  const password = me.restricted === "password";
  return (
    <main className="first-steps">
      <h1>{password ? "请设置新密码" : "请启用动态口令"}</h1>
      <Alert
        type="info"
        showIcon
        title={
          password
            ? `${me.user.name}，您好。您的密码是一次性的或已到期，设置自己的新密码后即可继续。`
            : `${me.user.name}，您好。管理员账号须使用两种方式登录：密码和手机上的动态口令。设置一次，以后登录时输入手机上显示的 6 位数字。`
        }
      />
      {password ? <PasswordForm {...(typed ? { current: typed } : {})} /> : <SecondFactorSetup />}
      <Button type="link" onClick={() => void signOut()}>
        退出登录
      </Button>
    </main>
  );
}
