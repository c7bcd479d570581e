/** The items of one dictionary: as a tree where they have parents, with their rules in words. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Input, Skeleton, Space, Switch, Table } from "antd";
import { useState } from "react";
import { dictionaries, type DictionaryItem } from "../../api/dictionaries";
import { download } from "../../api/download";
import { describe } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { today } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";
import { may } from "../../shared/permission";
import { extraText } from "./extras";
import { ImportDialog } from "./ImportDialog";
import { ItemDrawer } from "./ItemDrawer";
import { RetireDialog } from "./RetireDialog";
import { matching, stateOf, treeOf, type Row } from "./tree";
import { toneOf } from "../../app/theme";
import { StatusTag } from "../../shared/StatusTag";

const STATES = {
  "in use": null,
  retired: <StatusTag tone="grey">已停用</StatusTag>,
  early: <StatusTag tone="blue">未生效</StatusTag>,
  late: <StatusTag tone="yellow">已失效</StatusTag>,
};

export function Items({ code }: { code: string }) {
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const [edited, setEdited] = useState<DictionaryItem | "new" | null>(null);
  const [leaving, setLeaving] = useState<{ item: DictionaryItem; lookOnly: boolean } | null>(null);
  const [importing, setImporting] = useState(false);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const grants = useSession().me?.permissions ?? [];
  const mayDo = (verb: string) => may(grants, `auth:dictionaries:${verb}`);
  const read = useQuery({ queryKey: ["dictionaries", "one", code], queryFn: () => dictionaries.read(code) });
  const refresh = () => client.invalidateQueries({ queryKey: ["dictionaries"] });
  const act = useMutation({
    mutationFn: ({ item, action }: { item: DictionaryItem; action: "restore" | "reset" }) =>
      dictionaries.act(code, item, action),
    onSuccess: (item, { action }) =>
      message.success(action === "restore" ? `“${item.label}”已恢复使用` : `“${item.label}”已恢复系统默认`),
    onError: (error) => message.error(describe(error)),
    onSettled: refresh,
  });
  if (read.isError) return <Failure error={read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton active />;
  const dictionary = read.data;
  const day = today();
  const shown = matching(dictionary.items, text).filter((item) => all || item.enabled);
  const hidden = dictionary.items.filter((item) => !item.enabled).length;
  const above = new Map(dictionary.parents.map((one) => [one.value, one.label]));
  const reset = async (item: DictionaryItem) => {
    const sure = await modal.confirm({
      title: `“${item.label}”恢复系统默认？`,
      content: "名称、规则等全部恢复为系统预置的内容，以后随升级更新。",
      okText: "恢复系统默认",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (sure) act.mutate({ item, action: "reset" });
  };
  const more = (item: DictionaryItem) => [
    { key: "usage", label: "使用情况" },
    ...(mayDo("update") && item.origin === "declared" && item.customised
      ? [{ key: "reset", label: "恢复系统默认" }]
      : []),
    ...(item.enabled
      ? mayDo("delete") && dictionary.editable
        ? [{ key: "retire", label: "停用", danger: true }]
        : []
      : mayDo("update")
        ? [{ key: "restore", label: "恢复使用" }]
        : []),
  ];
  const take = (item: DictionaryItem, key: string) => {
    if (key === "restore") act.mutate({ item, action: "restore" });
    else if (key === "reset") void reset(item);
    else setLeaving({ item, lookOnly: key === "usage" });
  };
  return (
    <section className="stack" aria-label={dictionary.name}>
      <Space wrap>
        <Input.Search
          allowClear
          placeholder="名称、值或别名"
          aria-label="查找条目"
          onChange={(event) => setText(event.target.value)}
        />
        {mayDo("create") && dictionary.editable && (
          <Button type="primary" onClick={() => setEdited("new")}>
            新建条目
          </Button>
        )}
        {mayDo("import") && <Button onClick={() => setImporting(true)}>导入</Button>}
        {mayDo("export") && (
          <Button
            onClick={() =>
              void download(dictionaries.exportOf(code), `${dictionary.name}.xlsx`).catch((error: unknown) =>
                message.error(describe(error)),
              )
            }
          >
            导出
          </Button>
        )}
        {hidden > 0 && (
          <label>
            <Switch size="small" checked={all} onChange={setAll} aria-label="显示已停用" /> {`显示已停用（${hidden}）`}
          </label>
        )}
      </Space>
      {!dictionary.editable && <p className="quiet">此字典的条目由系统规定，不能增加或停用，可以修改名称和规则。</p>}
      <Table<Row>
        size="small"
        rowKey="value"
        dataSource={dictionary.parent || text.trim() ? shown : treeOf(shown)}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showTotal: (total) => `共 ${total} 条` }}
        // A requirement is a sentence, which the columns beside it would press into a pillar.
        scroll={{ x: dictionary.extras.some(({ kind }) => kind === "items") ? 1100 : 820 }}
        tableLayout="fixed"
        columns={[
          {
            title: "名称",
            dataIndex: "label",
            width: 200,
            render: (label: string, item) => (
              <Space size={4} wrap>
                {item.color ? <StatusTag tone={toneOf(item.color)}>{label}</StatusTag> : label}
                {STATES[stateOf(item, day)]}
                {item.customised && item.origin === "declared" && <StatusTag tone="yellow">已修改</StatusTag>}
              </Space>
            ),
          },
          { title: "值", dataIndex: "value", width: 150, className: "any-break" },
          ...(dictionary.parent
            ? [
                {
                  title: "上级",
                  dataIndex: "parent_value",
                  width: 150,
                  render: (value: string | null) => (value ? (above.get(value) ?? value) : "—"),
                },
              ]
            : []),
          {
            title: "规则和依据",
            key: "rules",
            render: (_, item) => (
              <>
                {dictionary.extras
                  .filter((extra) => extra.name !== "basis" && extra.name !== "unit")
                  .flatMap((extra) => extraText(extra, item.ext[extra.name]) ?? [])
                  .join("；")}
                {typeof item.ext.basis === "string" && <div className="quiet">{item.ext.basis}</div>}
              </>
            ),
          },
          {
            title: "有效期",
            key: "dates",
            width: 150,
            render: (_, { valid_from, valid_to }) =>
              valid_from || valid_to ? `${valid_from ?? "—"} 至 ${valid_to ?? "长期"}` : "长期",
          },
          {
            title: "操作",
            key: "actions",
            width: 130,
            render: (_, item) => (
              <Space size={0}>
                <Button type="link" size="small" onClick={() => setEdited(item)}>
                  {mayDo("update") ? "编辑" : "查看"}
                </Button>
                <Dropdown
                  trigger={["click"]}
                  menu={{ items: more(item), onClick: ({ key }) => take(item, key) }}
                >
                  <Button type="link" size="small" aria-label={`${item.label}：更多操作`}>
                    更多
                  </Button>
                </Dropdown>
              </Space>
            ),
          },
        ]}
        locale={{
          emptyText: <Nothing>{text.trim() ? "没有符合条件的条目" : "还没有条目，可新建或从 Excel 导入"}</Nothing>,
        }}
      />
      <ItemDrawer
        dictionary={dictionary}
        item={edited}
        mayChange={edited === "new" ? mayDo("create") : mayDo("update")}
        onClose={() => setEdited(null)}
        onSaved={() => {
          setEdited(null);
          void refresh();
        }}
      />
      {leaving && (
        <RetireDialog
          code={code}
          {...leaving}
          onClose={() => setLeaving(null)}
          onDone={() => {
            setLeaving(null);
            void refresh();
          }}
        />
      )}
      {importing && (
        <ImportDialog
          dictionary={dictionary}
          onClose={() => setImporting(false)}
          onDone={() => {
            setImporting(false);
            void refresh();
          }}
        />
      )}
    </section>
  );
}
