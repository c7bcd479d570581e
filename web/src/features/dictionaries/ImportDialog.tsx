/** Items from a workbook: choose, look at what would happen, write all of it or nothing. */
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Progress, Space, Table, Upload } from "antd";
import { useState } from "react";
import { dictionaries, type Dictionary, type ImportOutcome } from "../../api/dictionaries";
import { download, saveBlob } from "../../api/download";
import { describe } from "../../api/problem";

interface Props {
  dictionary: Dictionary;
  onClose: () => void;
  onDone: () => void;
}

export function ImportDialog({ dictionary, onClose, onDone }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<ImportOutcome | null>(null);
  const [sent, setSent] = useState(0);
  const { message } = App.useApp();
  const failed = (error: unknown) => void message.error(describe(error));
  const check = useMutation({
    mutationFn: (chosen: File) => dictionaries.import(dictionary.code, chosen, "check", setSent),
    onSuccess: setOutcome,
    onError: failed,
  });
  const apply = useMutation({
    mutationFn: () => dictionaries.import(dictionary.code, file!, "apply", setSent),
    onSuccess: (done) => {
      if (!done.applied) return setOutcome(done);
      message.success(`已导入：新增 ${done.created.length} 条，修改 ${done.updated.length} 条`);
      onDone();
    },
    onError: failed,
  });
  const marked = useMutation({
    mutationFn: () => dictionaries.marked(dictionary.code, file!),
    onSuccess: (blob) => saveBlob(blob, `${dictionary.name}_错误清单.xlsx`),
    onError: failed,
  });
  const choose = (chosen: File) => {
    setFile(chosen);
    setOutcome(null);
    check.mutate(chosen);
  };
  const changes = outcome ? outcome.created.length + outcome.updated.length : 0;
  return (
    <Modal
      open
      width={720}
      title={`导入 · ${dictionary.name}`}
      okText={changes ? `导入 ${changes} 条` : "导入"}
      cancelText="取消"
      okButtonProps={{ disabled: !outcome || outcome.errors.length > 0 || changes === 0 }}
      confirmLoading={apply.isPending}
      onCancel={onClose}
      onOk={() => apply.mutate()}
    >
      <div className="stack">
        <Space wrap>
          <Upload
            accept=".xlsx"
            maxCount={1}
            showUploadList={false}
            beforeUpload={(chosen) => {
              choose(chosen);
              return false;
            }}
          >
            <Button type={file ? "default" : "primary"}>{file ? "换一个文件" : "选择文件"}</Button>
          </Upload>
          <Button
            onClick={() =>
              void download(dictionaries.templateOf(dictionary.code), `${dictionary.name}导入模板.xlsx`).catch(failed)
            }
          >
            模板下载
          </Button>
          {file && <span className="quiet">{file.name}</span>}
        </Space>
        {(check.isPending || apply.isPending) && <Progress percent={Math.round(sent * 100)} aria-label="上传进度" />}
        {outcome && (
          <Alert
            type={outcome.errors.length ? "error" : changes ? "success" : "info"}
            showIcon
            title={
              outcome.errors.length
                ? `${outcome.rows} 行中有 ${new Set(outcome.errors.map((one) => one.row)).size} 行有误，改正后重新选择文件；有误时一行也不会写入。`
                : changes
                  ? `共 ${outcome.rows} 行：新增 ${outcome.created.length}，修改 ${outcome.updated.length}，不变 ${outcome.unchanged}。`
                  : `${outcome.rows} 行都与现有内容相同，没有可导入的。`
            }
            action={
              outcome.errors.length > 0 && (
                <Button size="small" loading={marked.isPending} onClick={() => marked.mutate()}>
                  下载错误清单
                </Button>
              )
            }
          />
        )}
        {outcome && outcome.errors.length > 0 && (
          <Table
            size="small"
            rowKey={(one) => `${one.row}-${one.field}-${one.code}`}
            dataSource={outcome.errors}
            pagination={{ pageSize: 10, hideOnSinglePage: true }}
            scroll={{ x: 480 }}
            columns={[
              { title: "行", dataIndex: "row", width: 60 },
              { title: "列", key: "column", width: 120, render: (_, one) => `${one.column ?? ""} ${one.header ?? ""}` },
              { title: "原因", dataIndex: "message" },
            ]}
          />
        )}
      </div>
    </Modal>
  );
}
