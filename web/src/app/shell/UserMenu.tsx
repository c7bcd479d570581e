import { LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useNavigate } from "react-router";
import { signOut, useSession } from "../../api/session";
import { dropDrafts, hasDraft } from "../../shared/drafts";
import { placeOf } from "../../shared/people";

export function UserMenu() {
  const { me } = useSession();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  if (!me) return null;
  const user = me.user;

  async function leave() {
    const unsaved = hasDraft(user.id, "");
    const sure =
      !unsaved ||
      (await modal.confirm({
        title: "退出登录？",
        content: "有未保存的草稿。为保护个人信息，退出后草稿会从这台电脑上清除。",
        okText: "退出",
        cancelText: "继续填写",
      }));
    if (!sure) return;
    dropDrafts(user.id);
    await signOut();
  }

  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          {
            key: "who",
            label: placeOf(user),
            disabled: true,
          },
          { type: "divider" },
          { key: "account", label: "个人中心", icon: <UserOutlined aria-hidden /> },
          { key: "leave", label: "退出登录", icon: <LogoutOutlined aria-hidden /> },
        ],
        onClick: ({ key }) => (key === "leave" ? void leave() : navigate("/account")),
      }}
    >
      <Button type="text" icon={<UserOutlined aria-hidden />} aria-label={`用户菜单：${user.name}`}>
        <span className="user-name">{user.name}</span>
      </Button>
    </Dropdown>
  );
}
