/** What can be done to a file or a folder, with the question before and the undo after. */
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { documents } from "../../api/documents";
import { saveUrl } from "../../api/download";
import { ApiError, describe } from "../../api/problem";
import type { LibraryNode } from "../../api/documents";

const UNDO_SECONDS = 10;

export function useNodeActions(slug: string) {
  const { modal, message, notification } = App.useApp();
  const client = useQueryClient();
  const reload = () => client.invalidateQueries({ queryKey: ["library", slug] });

  async function download(node: LibraryNode) {
    try {
      const link = await documents.link(node.id);
      saveUrl(link.url, link.name);
    } catch (error) {
      message.error(describe(error));
    }
  }

  /** Shows a file in a tab of the browser where that is possible; everything else is downloaded. */
  async function show(node: LibraryNode) {
    if (!node.inline) return download(node);
    // Opened before the answer, while the click still counts as the reason for a new tab.
    const tab = window.open("", "_blank");
    try {
      const link = await documents.link(node.id, { inline: true });
      if (tab) tab.location.href = link.url;
      else saveUrl(link.url, link.name);
    } catch (error) {
      tab?.close();
      message.error(describe(error));
    }
  }

  async function undo(node: LibraryNode, key: string) {
    notification.destroy(key);
    try {
      await documents.restore(node.id);
      message.success("已恢复");
    } catch (error) {
      message.error(describe(error));
    }
    await reload();
  }

  async function remove(node: LibraryNode) {
    const folder = node.kind === "folder";
    const sure = await modal.confirm({
      title: `删除${folder ? "文件夹" : "文件"}“${node.name}”？`,
      content: "删除后进入回收站，可以马上撤销。",
      okText: "删除",
      okButtonProps: { danger: true },
      cancelText: "取消",
    });
    if (!sure) return;
    try {
      await documents.remove(node.id, node.version, false);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "folder_not_empty") {
        message.error(describe(error));
        return reload();
      }
      const all = await modal.confirm({
        title: `“${node.name}”不是空文件夹`,
        content: `${describe(error)}，会一起删除。`,
        okText: "全部删除",
        okButtonProps: { danger: true },
        cancelText: "取消",
      });
      if (!all) return;
      try {
        await documents.remove(node.id, node.version, true);
      } catch (reason) {
        message.error(describe(reason));
        return reload();
      }
    }
    await reload();
    const key = `undo-${node.id}`;
    notification.success({
      key,
      title: `已删除“${node.name}”`,
      duration: UNDO_SECONDS,
      placement: "bottomRight",
      actions: (
        <Button type="primary" size="small" onClick={() => void undo(node, key)}>
          撤销删除
        </Button>
      ),
    });
  }

  return { reload, download, show, remove };
}
