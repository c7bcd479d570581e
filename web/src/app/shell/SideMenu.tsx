/** The left menu: the manual's sections, two levels, with a search box. */
import { RightOutlined, SearchOutlined } from "@ant-design/icons";
import { Input } from "antd";
import { useState } from "react";
import { NavLink } from "react-router";
import type { Page } from "../../api/types";
import { searchMenu, type MenuSection } from "../manual";

interface Props {
  daily: Page[];
  menu: MenuSection[];
  activeLeaf: string | null;
  onNavigate: () => void;
}

export function SideMenu({ daily, menu, activeLeaf, onNavigate }: Props) {
  const [text, setText] = useState("");
  const [toggled, setToggled] = useState<Record<string, boolean>>({});
  const shown = searchMenu(menu, text);
  // Few pages need no folding; a person's own choice comes first.
  const openAll = Boolean(text.trim()) || menu.reduce((total, section) => total + section.pages.length, 0) <= 30;
  return (
    <nav className="side-menu" aria-label="主菜单">
      <Input
        allowClear
        value={text}
        onChange={(event) => setText(event.target.value)}
        prefix={<SearchOutlined aria-hidden />}
        placeholder="搜索菜单"
        aria-label="搜索菜单"
      />
      <ul>
        {[{ path: "/", title: "首页" }, ...daily]
          .filter((page) => page.title.includes(text.trim()))
          .map((page) => (
            <li key={page.path}>
              <NavLink to={page.path} end className="menu-page menu-daily" onClick={onNavigate}>
                {page.title}
              </NavLink>
            </li>
          ))}
        {shown.map((section) => {
          const active = section.pages.some((page) => page.leaf === activeLeaf);
          const open = Boolean(text.trim()) || (toggled[section.id] ?? (openAll || active));
          return (
            <li key={section.id}>
              <button
                type="button"
                className="menu-section"
                aria-expanded={open}
                onClick={() => setToggled({ ...toggled, [section.id]: !open })}
              >
                <span className="menu-number" aria-hidden>
                  {section.id}
                </span>
                <span className="menu-title">{section.title}</span>
                <RightOutlined aria-hidden rotate={open ? 90 : 0} />
              </button>
              {open && (
                <ul>
                  {section.pages.map((page) => (
                    <li key={page.leaf}>
                      <NavLink to={page.path} className="menu-page" onClick={onNavigate} title={page.title}>
                        {page.title}
                      </NavLink>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && <p className="menu-empty">{text ? "没有匹配的菜单" : "您的账号暂时没有可用的页面"}</p>}
    </nav>
  );
}
