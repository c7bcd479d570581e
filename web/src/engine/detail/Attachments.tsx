/** The files of a row: scans of certificates, test reports. Uploaded straight to the store, as in the libraries. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { DeleteOutlined, DownloadOutlined, EyeOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Skeleton, Space, Tag, Upload } from "antd";
import { useEffect, useMemo } from "react";
import type { LibraryNode } from "../../api/documents";
import { saveUrl } from "../../api/download";
import { describe } from "../../api/problem";
import { attachments } from "../../api/rows";
import { Failure } from "../../app/ErrorBoundary";
import { Nothing } from "../../shared/Nothing";
import { dateTime, fileSize } from "../../shared/format";
import { useEngine } from "../field/context";
import { fileProblem } from "../library/parts";
import type { Target } from "../library/transfer";
import { UploadPanel } from "../library/UploadPanel";
import { uploads } from "../library/uploads";

const STATES = { checking: "校验中", refused: "校验未通过" } as const;

export default function Attachments({ id }: { id: string }) {
  const { ledger } = useEngine();
  const { slug } = ledger;
  const { message, modal, notification } = App.useApp();
  const client = useQueryClient();
  const key = useMemo(() => ["rows", slug, "files", id], [slug, id]);
  const target = useMemo(
    (): Target => ({
      slug: `attachments.${slug}.${id}`,
      parentId: null,
      channel: {
        begin: ({ name, size, sha256 }) => attachments.begin(slug, id, { name, size, sha256 }),
        upload: (upload) => attachments.upload(slug, id, upload),
        complete: (upload) => attachments.complete(slug, id, upload),
      },
    }),
    [slug, id],
  );
  const found = useQuery({
    queryKey: key,
    queryFn: () => attachments.all(slug, id),
    // A file that is being checked becomes ready by itself.
    refetchInterval: ({ state }) => (state.data?.items.some((file) => file.state === "checking") ? 2000 : false),
  });
  useEffect(
    () =>
      uploads.onFinished((task) => {
        if (task.target.slug === target.slug) void client.invalidateQueries({ queryKey: key });
      }),
    [client, key, target],
  );
  const reload = () => client.invalidateQueries({ queryKey: key });

  async function open(file: LibraryNode, inline: boolean) {
    // Opened before the answer, for a browser lets only a click open a window.
    const tab = inline ? window.open("", "_blank") : null;
    try {
      const { url, name } = await attachments.link(slug, id, file.id, inline);
      if (tab) tab.location.href = url;
      else saveUrl(url, name);
    } catch (error) {
      tab?.close();
      message.error(describe(error));
    }
  }

  async function remove(file: LibraryNode) {
    const sure = await modal.confirm({
      title: `删除附件“${file.name}”？`,
      content: "删除后可以马上撤销。",
      okText: "删除",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (!sure) return;
    try {
      await attachments.remove(slug, id, file.id, file.version);
    } catch (error) {
      message.error(describe(error));
      return;
    } finally {
      await reload();
    }
    const notice = `undo-${file.id}`;
    notification.success({
      key: notice,
      title: `已删除附件“${file.name}”`,
      duration: 10,
      placement: "bottomRight",
      actions: (
        <Button
          type="primary"
          size="small"
          onClick={() => {
            notification.destroy(notice);
            attachments
              .restore(slug, id, file.id)
              .then(reload)
              .catch((error: unknown) => message.error(describe(error)));
          }}
        >
          撤销删除
        </Button>
      ),
    });
  }

  if (found.isPending) return <Skeleton active />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { items, may_change: mayChange, most, accept, max_mb: maxMb } = found.data;
  return (
    <div className="row-files">
      {mayChange && (
        <div className="row-files-add">
          <Upload
            multiple
            showUploadList={false}
            accept={accept.map((extension) => `.${extension}`).join(",")}
            disabled={items.length >= most}
            beforeUpload={(file, all) => {
              if (file !== all[0]) return Upload.LIST_IGNORE;
              const room = most - items.length;
              if (all.length > room) message.warning(`每条记录最多 ${most} 个附件，只能再加 ${room} 个`);
              const good = all.slice(0, room).filter((one) => {
                const problem = fileProblem(one, { accept, max_mb: maxMb });
                if (problem) message.error(problem);
                return !problem;
              });
              uploads.add(good, target);
              return Upload.LIST_IGNORE;
            }}
          >
            <Button icon={<UploadOutlined aria-hidden />} disabled={items.length >= most}>
              添加附件
            </Button>
          </Upload>
          <span className="quiet">
            {items.length} / {most} 个；{accept.join("、")}，每个不超过 {maxMb} MB
          </span>
        </div>
      )}
      <UploadPanel slug={target.slug} />
      {items.length === 0 ? (
        <Nothing>{mayChange ? "还没有附件。可上传证书扫描件、检验报告等" : "没有附件"}</Nothing>
      ) : (
        <ul className="plain">
          {items.map((file) => (
            <li key={file.id} className="row-file">
              <div>
                <span title={file.name}>{file.name}</span>{" "}
                {file.state !== "ready" && (
                  <Tag color={file.state === "refused" ? "error" : "processing"}>{STATES[file.state]}</Tag>
                )}
                <div className="quiet">
                  {fileSize(file.size)} · {file.created_by_name} {dateTime(file.created_at)}
                </div>
              </div>
              <Space size={0}>
                {file.inline && file.state === "ready" && (
                  <Button
                    type="text"
                    icon={<EyeOutlined aria-hidden />}
                    aria-label={`查看 ${file.name}`}
                    onClick={() => void open(file, true)}
                  />
                )}
                {file.state === "ready" && (
                  <Button
                    type="text"
                    icon={<DownloadOutlined aria-hidden />}
                    aria-label={`下载 ${file.name}`}
                    onClick={() => void open(file, false)}
                  />
                )}
                {mayChange && (
                  <Button
                    type="text"
                    danger
                    icon={<DeleteOutlined aria-hidden />}
                    aria-label={`删除 ${file.name}`}
                    onClick={() => void remove(file)}
                  />
                )}
              </Space>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
