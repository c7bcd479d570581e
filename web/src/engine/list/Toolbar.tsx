/** Above the table: actions at the left, how the table looks at the right. */
import {
  ColumnHeightOutlined,
  DownloadOutlined,
  ExportOutlined,
  FullscreenExitOutlined,
  FullscreenOutlined,
  ImportOutlined,
  PlusOutlined,
  ReloadOutlined,
} from "@ant-design/icons";
import { App, Button, Dropdown, Space } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ledgers } from "../../api/ledgers";
import type { Query } from "../../api/http";
import { describe } from "../../api/problem";
import type { LedgerManifest } from "../schema";
import { shownFields, type ColumnChoice } from "./columns";
import { ColumnSettings } from "./ColumnSettings";

export type Density = "small" | "medium" | "large";

interface Props {
  ledger: LedgerManifest;
  path: string;
  choice: ColumnChoice;
  onChoice: (choice: ColumnChoice) => void;
  density: Density;
  onDensity: (density: Density) => void;
  full: boolean;
  onFull: (full: boolean) => void;
  onNew: () => void;
  onReload: () => void;
  exportQuery: Query;
}

export function Toolbar(props: Props) {
  const { ledger, path, choice, density, full } = props;
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [busy, setBusy] = useState<"template" | "export" | null>(null);

  async function get(what: "template" | "export") {
    setBusy(what);
    try {
      const columns = shownFields(ledger, choice)
        .map((field) => field.key)
        .join(",");
      const name =
        what === "template"
          ? await ledgers.template(ledger.slug, ledger.title)
          : await ledgers.export(ledger.slug, ledger.title, { ...props.exportQuery, columns });
      message.success(`已下载 ${name}`);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(null);
    }
  }

  return (
    <div className="toolbar no-print">
      <Space wrap>
        {ledger.permissions.create && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={props.onNew}>
            新建
          </Button>
        )}
        {ledger.permissions.import && (
          <>
            <Button icon={<ImportOutlined aria-hidden />} onClick={() => navigate(`${path}/import`)}>
              批量导入
            </Button>
            <Button
              icon={<DownloadOutlined aria-hidden />}
              loading={busy === "template"}
              onClick={() => void get("template")}
            >
              模板下载
            </Button>
          </>
        )}
        {ledger.permissions.export && (
          <Button icon={<ExportOutlined aria-hidden />} loading={busy === "export"} onClick={() => void get("export")}>
            导出
          </Button>
        )}
      </Space>
      <Space size={4}>
        <Button
          type="text"
          icon={<ReloadOutlined aria-hidden />}
          aria-label="刷新列表"
          title="刷新列表"
          onClick={props.onReload}
        />
        <Dropdown
          trigger={["click"]}
          menu={{
            selectable: true,
            selectedKeys: [density],
            items: [
              { key: "small", label: "紧凑" },
              { key: "medium", label: "适中" },
              { key: "large", label: "宽松" },
            ],
            onClick: ({ key }) => props.onDensity(key as Density),
          }}
        >
          <Button type="text" icon={<ColumnHeightOutlined aria-hidden />} aria-label="行高" title="行高" />
        </Dropdown>
        <ColumnSettings ledger={ledger} choice={choice} onChange={props.onChoice} />
        <Button
          type="text"
          icon={full ? <FullscreenExitOutlined aria-hidden /> : <FullscreenOutlined aria-hidden />}
          aria-label={full ? "退出全屏" : "全屏"}
          title={full ? "退出全屏" : "全屏"}
          onClick={() => props.onFull(!full)}
        />
      </Space>
    </div>
  );
}
