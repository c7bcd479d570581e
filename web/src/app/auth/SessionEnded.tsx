/** Asks for the password again over the page, so that what was being typed stays where it is. */
import { Button, Modal } from "antd";
import { signOut, useSession } from "../../api/session";
import { LoginForm } from "./LoginForm";

export function SessionEnded() {
  const { status, me } = useSession();
  return (
    <Modal
      open={status === "ended"}
      title="登录已失效，请重新登录"
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={null}
      width={400}
      destroyOnHidden
    >
      <p>
        {me?.user.name}（{me?.user.username}），您填写的内容都还在，登录后可以继续。
      </p>
      <LoginForm username={me?.user.username ?? ""} />
      <Button type="link" block onClick={() => void signOut()}>
        换个账号登录
      </Button>
    </Modal>
  );
}
