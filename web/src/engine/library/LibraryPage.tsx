/** One screen for every file library: folders and files, search, upload, download, versions. */
import { FileOutlined, FolderAddOutlined, FolderFilled, UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { App, Breadcrumb, Button, Card, Dropdown, Input, Skeleton, Space, Table, Upload } from "antd";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { documents } from "../../api/documents";
import type { LibraryNode } from "../../api/documents";
import { Failure } from "../../app/ErrorBoundary";
import { NotFound } from "../../app/NotFound";
import type { Tone } from "../../app/theme";
import { dateTime, fileSize } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { Nothing } from "../../shared/Nothing";
import { NameDialog } from "./NameDialog";
import { fileProblem, nameProblem } from "./parts";
import { UploadPanel } from "./UploadPanel";
import { uploads } from "./uploads";
import { useNodeActions } from "./useNodeActions";
import { Versions } from "./Versions";

const SIZE = 50;
const SORTS = ["name", "-name", "size", "-size", "updated_at", "-updated_at"] as const;

/** A file that is not there yet, or never will be. */
const STATES: Record<string, { tone: Tone; children: string } | undefined> = {
  checking: { tone: "blue", children: "校验中" },
  refused: { tone: "red", children: "校验未通过" },
};
const CHECKING_MS = 2000;

type Dialog = { what: "folder" } | { what: "rename" | "remark"; node: LibraryNode };

export default function LibraryPage({ slug, title }: { slug: string; title: string }) {
  const { message } = App.useApp();
  const [params, setParams] = useSearchParams();
  const folder = params.get("folder");
  const q = params.get("q") ?? "";
  const page = Number(params.get("page")) || 1;
  const sort = SORTS.find((known) => known === params.get("sort")) ?? "";
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [versionsOf, setVersionsOf] = useState<LibraryNode | null>(null);
  const [dragging, setDragging] = useState(false);
  const { reload, download, show, remove } = useNodeActions(slug);

  const libraries = useQuery({ queryKey: ["libraries"], queryFn: documents.libraries });
  const library = libraries.data?.find((candidate) => candidate.slug === slug);
  const query = { parent_id: folder, q: q || undefined, page, size: SIZE, sort: sort || undefined };
  const nodes = useQuery({
    queryKey: ["library", slug, query],
    queryFn: () => documents.nodes(slug, query),
    placeholderData: keepPreviousData,
    enabled: library !== undefined,
    refetchInterval: ({ state }) => (state.data?.items.some((node) => node.state === "checking") ? CHECKING_MS : false),
  });
  useEffect(
    () =>
      uploads.onFinished((task) => {
        if (task.target.slug === slug) void reload();
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `reload` only holds the slug
    [slug],
  );

  if (libraries.isPending) return <Skeleton active className="pad" />;
  if (libraries.isError) return <Failure error={libraries.error} onRetry={() => void libraries.refetch()} />;
  if (!library) return <NotFound />;

  const may = library.permissions;
  const go = (change: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    next.delete("page");
    for (const [key, value] of Object.entries(change)) {
      if (value) next.set(key, value);
      else next.delete(key);
    }
    setParams(next);
  };
  const send = (files: File[]) => {
    const good = files.filter((file) => {
      const problem = fileProblem(file, library);
      if (problem) message.error(problem);
      return !problem;
    });
    if (good.length) uploads.add(good, { slug, parentId: folder });
  };
  const open = (node: LibraryNode) => {
    if (node.kind === "folder") go({ folder: node.id, q: null });
    else if (may.download) void show(node);
  };
  const moreOf = (node: LibraryNode) => [
    ...(may.rename ? [{ key: "rename", label: "重命名" }] : []),
    ...(may.remark ? [{ key: "remark", label: "备注" }] : []),
    ...(node.kind === "file" ? [{ key: "versions", label: "版本记录" }] : []),
    ...(may.delete ? [{ key: "delete", label: "删除", danger: true }] : []),
  ];

  return (
    <div
      className={dragging ? "library dragging" : "library"}
      onDragOver={(event) => {
        if (!may.upload || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setDragging(false);
        if (may.upload) send([...event.dataTransfer.files]);
      }}
    >
      <Card title={title}>
        <div className="toolbar">
          <Space wrap>
            {may.upload && (
              <Upload
                multiple
                showUploadList={false}
                {...(library.accept.length
                  ? { accept: library.accept.map((part) => `.${part.replace(/^\./, "")}`).join(",") }
                  : {})}
                beforeUpload={(file) => {
                  send([file]);
                  return false;
                }}
              >
                <Button type="primary" icon={<UploadOutlined aria-hidden />}>
                  上传文件
                </Button>
              </Upload>
            )}
            {may.folder && (
              <Button icon={<FolderAddOutlined aria-hidden />} onClick={() => setDialog({ what: "folder" })}>
                新建文件夹
              </Button>
            )}
          </Space>
          <Input.Search
            key={q}
            defaultValue={q}
            allowClear
            className="library-search"
            placeholder="搜索文件名"
            aria-label="搜索文件名"
            onSearch={(text) => go({ q: text.trim() || null })}
          />
        </div>
        <Breadcrumb
          className="crumbs"
          items={[{ id: "", name: title }, ...(nodes.data?.breadcrumb ?? [])].map(({ id, name }, index, all) => ({
            title:
              index === all.length - 1 ? (
                name
              ) : (
                <button type="button" className="link" onClick={() => go({ folder: id || null, q: null })}>
                  {name}
                </button>
              ),
          }))}
        />
        {nodes.isError ? (
          <Failure error={nodes.error} onRetry={() => void nodes.refetch()} />
        ) : (
          <Table<LibraryNode>
            rowKey="id"
            size="medium"
            loading={nodes.isPending || nodes.isPlaceholderData}
            dataSource={nodes.data?.items ?? []}
            scroll={{ x: 860 }}
            onChange={(_pagination, _filters, sorter) => {
              const { columnKey, order } = Array.isArray(sorter) ? sorter[0]! : sorter;
              go({ sort: order ? `${order === "descend" ? "-" : ""}${String(columnKey)}` : null });
            }}
            locale={{
              emptyText: nodes.isPending ? (
                " "
              ) : (
                <Nothing>
                  {q
                    ? "没有找到文件，请换个关键字"
                    : may.upload
                      ? `这里还没有文件。把文件拖到这里，或点“上传文件”（每个不超过 ${library.max_mb} MB）`
                      : "这里还没有文件"}
                </Nothing>
              ),
            }}
            pagination={{
              current: page,
              pageSize: SIZE,
              total: nodes.data?.total ?? 0,
              showSizeChanger: false,
              hideOnSinglePage: true,
              showTotal: (total) => `共 ${total} 项`,
              onChange: (next) => setParams({ ...Object.fromEntries(params), page: String(next) }),
            }}
            columns={[
              {
                title: "名称",
                key: "name",
                dataIndex: "name",
                sorter: true,
                showSorterTooltip: false,
                sortOrder: orderOf(sort, "name"),
                render: (_, node) => (
                  <button type="button" className="link node-name" onClick={() => open(node)}>
                    {node.kind === "folder" ? <FolderFilled aria-label="文件夹" /> : <FileOutlined aria-label="文件" />}
                    <span>{node.name}</span>
                    {STATES[node.state] && <StatusTag {...STATES[node.state]!} />}
                  </button>
                ),
              },
              { title: "备注", dataIndex: "remark", width: 180, ellipsis: true },
              {
                title: "大小",
                key: "size",
                dataIndex: "size",
                width: 110,
                align: "right",
                render: (size: number | null, node) => (node.kind === "file" ? fileSize(size) : "—"),
              },
              {
                title: "版本",
                dataIndex: "version_no",
                width: 70,
                render: (number: number | null, node) => (node.kind === "file" ? `V${number ?? 1}` : "—"),
              },
              { title: "上传人", dataIndex: "created_by_name", width: 110, ellipsis: true },
              {
                title: "更新时间",
                key: "updated_at",
                dataIndex: "updated_at",
                width: 160,
                sorter: true,
                showSorterTooltip: false,
                sortOrder: orderOf(sort, "updated_at"),
                render: dateTime,
              },
              {
                title: "操作",
                key: "actions",
                width: 140,
                fixed: "right",
                render: (_, node) => (
                  <Space size={0}>
                    {node.kind === "folder" ? (
                      <Button type="link" size="small" onClick={() => open(node)}>
                        打开
                      </Button>
                    ) : (
                      may.download && (
                        <Button type="link" size="small" onClick={() => void download(node)}>
                          下载
                        </Button>
                      )
                    )}
                    {moreOf(node).length > 0 && (
                      <Dropdown
                        trigger={["click"]}
                        menu={{
                          items: moreOf(node),
                          onClick: ({ key }) => {
                            if (key === "delete") void remove(node);
                            else if (key === "versions") setVersionsOf(node);
                            else setDialog({ what: key as "rename" | "remark", node });
                          },
                        }}
                      >
                        <Button type="link" size="small" aria-label={`${node.name} 更多操作`}>
                          更多
                        </Button>
                      </Dropdown>
                    )}
                  </Space>
                ),
              },
            ]}
          />
        )}
      </Card>
      <UploadPanel slug={slug} />
      <Versions node={versionsOf} onClose={() => setVersionsOf(null)} />
      {dialog && (
        <ChangeDialog dialog={dialog} slug={slug} folder={folder} onClose={() => setDialog(null)} onDone={reload} />
      )}
    </div>
  );
}

function orderOf(sort: string, key: string): "ascend" | "descend" | null {
  return sort === key ? "ascend" : sort === `-${key}` ? "descend" : null;
}

interface ChangeProps {
  dialog: Dialog;
  slug: string;
  folder: string | null;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function ChangeDialog({ dialog, slug, folder, onClose, onDone }: ChangeProps) {
  if (dialog.what === "folder") {
    return (
      <NameDialog
        title="新建文件夹"
        label="文件夹名称"
        initial=""
        check={nameProblem}
        onClose={onClose}
        onSave={async (name) => {
          await documents.createFolder(slug, { name, parent_id: folder });
          await onDone();
        }}
      />
    );
  }
  const { node } = dialog;
  if (dialog.what === "remark") {
    return (
      <NameDialog
        title={`备注 · ${node.name}`}
        label="备注"
        initial={node.remark ?? ""}
        long
        check={(text) => (text.length > 500 ? "备注不能超过 500 个字" : null)}
        onClose={onClose}
        onSave={async (remark) => {
          await documents.change(node.id, { remark, version: node.version });
          await onDone();
        }}
      />
    );
  }
  // The extension stays as it is: a file that changes it would not open any more.
  const dot = node.kind === "file" ? node.name.lastIndexOf(".") : -1;
  const suffix = dot > 0 ? node.name.slice(dot) : "";
  return (
    <NameDialog
      title={`重命名 · ${node.name}`}
      label="新名称"
      initial={suffix ? node.name.slice(0, dot) : node.name}
      suffix={suffix}
      check={nameProblem}
      onClose={onClose}
      onSave={async (name) => {
        await documents.change(node.id, { name, version: node.version });
        await onDone();
      }}
    />
  );
}
