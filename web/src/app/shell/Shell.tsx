/** The frame around every page: header, menu, breadcrumb, tabs; each tab keeps its state while another one is shown. */
import { MenuOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Breadcrumb, Button, Drawer, Grid, Skeleton } from "antd";
import { Activity, useEffect, useState } from "react";
import { Link, Route, Routes, useLocation, useNavigate } from "react-router";
import { useCatalogue } from "../../api/manifest";
import { useCalled } from "../../api/permissions";
import { useSession } from "../../api/session";
import { dropDrafts, hasDraft } from "../../shared/drafts";
import { Loading } from "../../shared/Loading";
import { usePreference } from "../../shared/preferences";
import { ErrorBoundary, Failure } from "../ErrorBoundary";
import { dailyOf, menuOf, pageAt } from "../manual";
import { refusalOf } from "../refusal";
import { Screen } from "../Screen";
import { LeaveTab } from "../tabs/leave";
import { again, backTo, close, HOME, visit, type Tab } from "../tabs/tabs";
import { TabStrip } from "../tabs/TabStrip";
import { crumbsOf, PRODUCT, titleOf } from "../titles";
import { Bell } from "./Bell";
import { Offline } from "./Offline";
import { SideMenu } from "./SideMenu";
import { UserMenu } from "./UserMenu";

export default function Shell() {
  const { me } = useSession();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const catalogue = useCatalogue();
  const location = useLocation();
  const navigate = useNavigate();
  const wide = Grid.useBreakpoint().lg ?? true;
  const [menuOpen, setMenuOpen] = useState(false);
  const [menuShown, setMenuShown] = usePreference(me?.user.id ?? "", "menu", true);
  const [tabs, setTabs] = useState<Tab[]>([HOME]);
  const userId = me?.user.id ?? "";
  const active = location.pathname;

  const visited = visit(tabs, location, (key) => hasDraft(userId, key));
  if (visited !== tabs) setTabs(visited);

  const pages = catalogue.data?.pages ?? [];
  const called = useCalled();
  const refused = (pathname: string) => refusalOf(called, me?.permissions ?? [], pathname) !== null;
  const name = (pathname: string) => (catalogue.data ? titleOf(pages, pathname, refused(pathname)) : "正在打开…");
  const title = name(active);
  useEffect(() => {
    document.title = `${title} - ${PRODUCT}`;
  }, [title]);

  async function closeTabs(keys: string[]) {
    const unsaved = keys.filter((key) => hasDraft(userId, key));
    if (unsaved.length > 0) {
      const sure = await modal.confirm({
        title: "有未保存的内容",
        content: `${unsaved.map(name).join("、")} 中有未保存的内容，关闭后将丢弃。`,
        okText: "丢弃并关闭",
        okButtonProps: { danger: true },
        cancelText: "继续编辑",
      });
      if (!sure) return;
      for (const key of unsaved) dropDrafts(userId, key);
    }
    const result = close(tabs, new Set(keys), active);
    setTabs(result.tabs);
    if (result.goTo !== null) navigate(result.goTo);
  }

  function leaveTab(to: string, left?: string) {
    setTabs(tabs.filter((tab) => tab.key !== active));
    navigate(left === undefined ? to : backTo(tabs, to, left), { replace: true });
  }

  function refreshTab(key: string) {
    setTabs(again(tabs, key));
    void client.invalidateQueries();
  }

  const menu = (
    <SideMenu
      daily={dailyOf(pages)}
      menu={menuOf(pages)}
      activeLeaf={pageAt(pages, active)?.page.leaf ?? null}
      onNavigate={() => setMenuOpen(false)}
    />
  );
  return (
    <div className="shell">
      <a className="skip" href="#content">
        跳到内容
      </a>
      <header className="header no-print">
        <Button
          type="text"
          icon={<MenuOutlined aria-hidden />}
          aria-label={wide ? "收起或展开菜单" : "打开菜单"}
          {...(wide ? { "aria-expanded": menuShown } : {})}
          onClick={() => (wide ? setMenuShown(!menuShown) : setMenuOpen(true))}
        />
        <Link to="/" className="product">
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <span>{PRODUCT}</span>
        </Link>
        <span className="header-space" />
        <Bell />
        <UserMenu />
      </header>
      <div className="below">
        {wide ? (
          menuShown && (
            <aside className="sider no-print">{catalogue.isPending ? <Skeleton active className="pad" /> : menu}</aside>
          )
        ) : (
          <Drawer open={menuOpen} onClose={() => setMenuOpen(false)} placement="left" size={280} title="菜单">
            {menu}
          </Drawer>
        )}
        <div className="work">
          <TabStrip
            tabs={tabs}
            active={active}
            titleOf={name}
            onClose={(keys) => void closeTabs(keys)}
            onRefresh={refreshTab}
          />
          <main id="content" className="content" tabIndex={-1}>
            <Offline />
            {catalogue.data && catalogue.data.missing.length > 0 && (
              <Alert
                banner
                className="no-print"
                title={`${catalogue.data.missing.join("、")}服务暂时不可用，相关页面没有显示。`}
                action={
                  <Button size="small" onClick={() => void catalogue.refetch()}>
                    重试
                  </Button>
                }
              />
            )}
            {catalogue.isPending && active !== HOME.key && <Loading />}
            {catalogue.isError && <Failure error={catalogue.error} onRetry={() => void catalogue.refetch()} />}
            {/* Home does not wait for the catalogue: its notices are there before the menu is. */}
            {tabs
              .filter((tab) => tab.visited > 0 && (catalogue.data || (catalogue.isPending && tab.key === HOME.key)))
              .map((tab) => (
                <Activity key={`${tab.key} ${tab.round}`} mode={tab.key === active ? "visible" : "hidden"}>
                  <div className="page">
                    <Breadcrumb
                      className="crumbs no-print"
                      items={crumbsOf(pages, tab.key, refused(tab.key)).map((crumb) => ({
                        title: crumb.path ? <Link to={crumb.path}>{crumb.title}</Link> : crumb.title,
                      }))}
                    />
                    <ErrorBoundary>
                      <LeaveTab value={leaveTab}>
                        <Routes location={tab.location}>
                          <Route path="*" element={<Screen />} />
                        </Routes>
                      </LeaveTab>
                    </ErrorBoundary>
                  </div>
                </Activity>
              ))}
          </main>
        </div>
      </div>
    </div>
  );
}
