import { useQuery } from "@tanstack/react-query";
import { Drawer, Table } from "antd";
import { documents, type FileVersion } from "../../api/documents";
import { describe } from "../../api/problem";
import type { LibraryNode } from "../../api/documents";
import { dateTime, fileSize } from "../../shared/format";
import { Nothing } from "../../shared/Nothing";

/** The versions of a file, newest first, each with the checksum that proves its content. */
export function Versions({ node, onClose }: { node: LibraryNode | null; onClose: () => void }) {
  const versions = useQuery({
    queryKey: ["versions", node?.id],
    queryFn: () => documents.versions(node!.id),
    enabled: node !== null,
  });
  return (
    <Drawer open={node !== null} onClose={onClose} size={720} title={`版本记录 · ${node?.name ?? ""}`}>
      <Table<FileVersion>
        size="small"
        rowKey="version_no"
        loading={versions.isPending}
        dataSource={versions.data ?? []}
        pagination={false}
        scroll={{ x: 640 }}
        locale={{ emptyText: <Nothing>{versions.isError ? describe(versions.error) : "没有版本记录"}</Nothing> }}
        columns={[
          { title: "版本", dataIndex: "version_no", width: 70, render: (number: number) => `V${number}` },
          { title: "大小", dataIndex: "size", width: 100, render: fileSize },
          { title: "上传时间", dataIndex: "created_at", width: 150, render: dateTime },
          { title: "上传人", dataIndex: "created_by_name", width: 110 },
          {
            title: "SHA-256",
            dataIndex: "sha256",
            ellipsis: true,
            render: (hex: string) => <code title={hex}>{hex}</code>,
          },
        ]}
      />
    </Drawer>
  );
}
