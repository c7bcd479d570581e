/** Above the table: actions at the left, how the table looks at the right. */
import {
  ColumnHeightOutlined,
  DownloadOutlined,
  FullscreenExitOutlined,
  FullscreenOutlined,
  ImportOutlined,
  MoreOutlined,
  PlusOutlined,
  ReloadOutlined,
  SwapOutlined,
} from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Space } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { exportJobs } from "../../api/exports";
import { ledgers } from "../../api/ledgers";
import type { Query } from "../../api/http";
import { describe } from "../../api/problem";
import type { LedgerManifest } from "../schema";
import { shownFields, type ColumnChoice } from "./columns";
import { ColumnSettings } from "./ColumnSettings";
import { ExportChoice, type ExportColumns } from "./ExportChoice";
import { useTemplate } from "./useTemplate";

const Bin = lazy(() => import("./Bin"));
const Labels = lazy(() => import("./Labels"));
/** As many labels as the service prints at once. */
const MOST_LABELS = 500;

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
  /** The menu of saved views. */
  views: ReactNode;
  /** How many rows the current filters let through; undefined while that is not known. */
  total: number | undefined;
}

export function Toolbar(props: Props) {
  const { ledger, path, choice, density, full } = props;
  const { message } = App.useApp();
  const navigate = useNavigate();
  const client = useQueryClient();
  const template = useTemplate(ledger);
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState<"bin" | "labels" | null>(null);

  const shown = shownFields(ledger, choice);
  const exported = (columns: ExportColumns): Query => ({
    ...props.exportQuery,
    // Without `columns` the service gives every field.
    columns: columns === "all" ? undefined : shown.map((field) => field.key).join(","),
  });
  const exportRows = async (columns: ExportColumns) => {
    setBusy(true);
    try {
      message.success(`已下载 ${await ledgers.export(ledger.slug, ledger.title, exported(columns))}`);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
    }
  };
  const exportBehind = async (columns: ExportColumns) => {
    try {
      await exportJobs.start(ledger.slug, exported(columns));
      await client.invalidateQueries({ queryKey: ["exports"] });
      return true;
    } catch (error) {
      message.error(describe(error));
      return false;
    }
  };

  const many = props.total ?? 0;
  const more = [
    ...(ledger.labels?.length
      ? [
          {
            key: "labels",
            label: many > MOST_LABELS ? `打印标签（最多 ${MOST_LABELS} 枚，请先查询）` : `打印标签（当前 ${many} 条）`,
            disabled: many === 0 || many > MOST_LABELS,
          },
        ]
      : []),
    ...(ledger.permissions.delete ? [{ key: "bin", label: "回收站" }] : []),
  ];
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
            <Button icon={<ImportOutlined aria-hidden />} onClick={() => navigate(`${path}/import${wholeFile(ledger, props.exportQuery)}`)}>
              批量导入
            </Button>
            <Button
              icon={<DownloadOutlined aria-hidden />}
              loading={template.busy}
              onClick={() => void template.download()}
            >
              模板下载
            </Button>
          </>
        )}
        {ledger.permissions.export && (
          <ExportChoice
            all={ledger.fields.length}
            shown={shown.length}
            rows={props.total}
            busy={busy}
            onExport={exportRows}
            onBackground={exportBehind}
          />
        )}
        {ledger.movements && (
          <Button icon={<SwapOutlined aria-hidden />} onClick={() => navigate(`${path}/movements`)}>
            出入库记录
          </Button>
        )}
        {more.length > 0 && (
          <Dropdown
            trigger={["click"]}
            menu={{ items: more, onClick: ({ key }) => setOpen(key as "bin" | "labels") }}
          >
            <Button icon={<MoreOutlined aria-hidden />} aria-label="更多">
              更多
            </Button>
          </Dropdown>
        )}
      </Space>
      <Suspense fallback={null}>
        {open === "bin" && <Bin ledger={ledger} onClose={() => setOpen(null)} />}
        {open === "labels" && (
          <Labels
            ledger={ledger}
            wanted={{ filters: texts(props.exportQuery) }}
            many={props.total ?? 0}
            onClose={() => setOpen(null)}
          />
        )}
      </Suspense>
      <Space size={4}>
        {props.views}
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

/** The year that the list is of, for a workbook that may be about one as a whole. */
function wholeFile(ledger: LedgerManifest, query: Query): string {
  const value = ledger.import_by && query[ledger.import_by];
  return value && /^\d+$/.test(String(value)) ? `?by=${String(value)}` : "";
}

function texts(query: Query): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}
