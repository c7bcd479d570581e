/** The strip of open pages. Links and buttons in a nav, not antd's Tabs: its close buttons sit inside a tablist. */
import { CloseOutlined, DownOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { Link } from "react-router";
import type { Tab } from "./tabs";

interface Props {
  tabs: Tab[];
  active: string;
  titleOf: (pathname: string) => string;
  onClose: (keys: string[]) => void;
  onRefresh: (key: string) => void;
}

export function TabStrip({ tabs, active, titleOf, onClose, onRefresh }: Props) {
  const keys = tabs.map((tab) => tab.key);
  const menuOf = (key: string): MenuProps => ({
    items: [
      { key: "refresh", label: "刷新" },
      { key: "close", label: "关闭", disabled: key === "/" },
      { key: "others", label: "关闭其他", disabled: keys.every((other) => other === key || other === "/") },
      { key: "all", label: "关闭全部", disabled: keys.every((other) => other === "/") },
    ],
    onClick: ({ key: action }) => {
      if (action === "refresh") onRefresh(key);
      else if (action === "close") onClose([key]);
      else onClose(keys.filter((other) => other !== "/" && (action === "all" || other !== key)));
    },
  });
  return (
    <nav className="tab-strip no-print" aria-label="已打开的页面">
      <ul>
        {tabs.map((tab) => (
          <Dropdown key={tab.key} trigger={["contextMenu"]} menu={menuOf(tab.key)}>
            <li className={tab.key === active ? "tab tab-active" : "tab"}>
              <Link
                to={tab.location.pathname + tab.location.search}
                {...(tab.key === active ? { "aria-current": "page" as const } : {})}
                onAuxClick={(event) => {
                  if (event.button === 1 && tab.key !== "/") {
                    event.preventDefault();
                    onClose([tab.key]);
                  }
                }}
              >
                {titleOf(tab.key)}
              </Link>
              {tab.key !== "/" && (
                <button type="button" aria-label={`关闭 ${titleOf(tab.key)}`} onClick={() => onClose([tab.key])}>
                  <CloseOutlined aria-hidden />
                </button>
              )}
            </li>
          </Dropdown>
        ))}
      </ul>
      <Button
        type="text"
        size="small"
        icon={<ReloadOutlined aria-hidden />}
        aria-label="刷新当前页"
        title="刷新当前页"
        onClick={() => onRefresh(active)}
      />
      <Dropdown menu={menuOf(active)} trigger={["click"]}>
        <Button type="text" size="small" icon={<DownOutlined aria-hidden />} aria-label="页签操作" />
      </Dropdown>
    </nav>
  );
}
