/** Get the template, choose what happens to known rows, and give the workbook. */
import { DownloadOutlined, InboxOutlined } from "@ant-design/icons";
import { Alert, App, Button, Progress, Radio, Select, Upload } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import type { BlankCells, ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import { BLANK_CELLS, fileProblem, MAX_MB, ON_DUPLICATE } from "./flow";
import { Remembered } from "./Remembered";
import { useSource } from "./source";

interface Props {
  /** The job before this one, when it came to nothing: its reasons are shown. */
  failed: ImportJob | null;
  onTemplate: () => void;
  onStarted: (job: ImportJob) => void;
}

/** Years that somebody may mean: this one, the two after it, the five before it, and what was said already. */
function yearsAround({ min, max }: { min: number; max: number }, said: number | null): number[] {
  const now = new Date().getFullYear();
  const near = Array.from({ length: 8 }, (_, index) => now + 2 - index).filter((year) => year >= min && year <= max);
  return said !== null && !near.includes(said) ? [said, ...near] : near;
}

export function UploadStep({ failed, onTemplate, onStarted }: Props) {
  const source = useSource();
  const { message } = App.useApp();
  const [params] = useSearchParams();
  const [by, setBy] = useState<number | null>(() => failed?.import_by ?? (Number(params.get("by")) || null));
  const [onDuplicate, setOnDuplicate] = useState<ImportJob["on_duplicate"]>("update");
  const [blankCells, setBlankCells] = useState<BlankCells>("keep");
  const [sending, setSending] = useState<{ name: string; part: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function send(file: File) {
    const wrong = fileProblem(file);
    setProblem(wrong);
    if (wrong) return;
    setSending({ name: file.name, part: 0 });
    const choices = { onDuplicate, blankCells: source.keepsBlanks ? blankCells : null, by };
    try {
      onStarted(await source.api.start(file, choices, (part) => setSending({ name: file.name, part })));
    } catch (error) {
      setProblem(describe(error));
    } finally {
      setSending(null);
    }
  }

  const key = source.naturalKey.join(" + ");
  return (
    <div className="import-upload">
      {failed?.state === "failed" && (
        <Alert
          type="error"
          showIcon
          title={`“${failed.file_name}”没有通过校验`}
          description={failed.error?.message ?? "文件无法读取，请检查后重新上传"}
        />
      )}
      <section>
        <h2>模板下载</h2>
        <p>模板中带 * 的列必填，选项列有下拉菜单。已有的 Excel 台账也可以直接上传，列的顺序不限，按列名识别。</p>
        <Button
          icon={<DownloadOutlined aria-hidden />}
          onClick={() =>
            source.api
              .template(`${source.title}模板.xlsx`)
              .then(onTemplate)
              .catch((error) => message.error(describe(error)))
          }
        >
          模板下载
        </Button>
      </section>
      {source.by && (
        <section>
          <h2 id="import-by">选择{source.by.title}</h2>
          <p>选定后文件中可以没有“{source.by.title}”列，其他{source.by.title}的行会标为错误。</p>
          <Select<number | null>
            aria-labelledby="import-by"
            className="import-by"
            value={by}
            options={[
              { value: null, label: `不指定，按文件中的“${source.by.title}”列` },
              ...yearsAround(source.by, by).map((year) => ({ value: year, label: String(year) })),
            ]}
            onChange={setBy}
          />
        </section>
      )}
      <section>
        <h2 id="on-duplicate">遇到已有的记录</h2>
        {key && <p>按“{key}”判断是不是同一条记录。</p>}
        <Radio.Group
          aria-labelledby="on-duplicate"
          value={onDuplicate}
          onChange={(event) => setOnDuplicate(event.target.value)}
          className="choices"
        >
          {ON_DUPLICATE.map((choice) => (
            <Radio key={choice.value} value={choice.value}>
              <b>{choice.label}</b>
              <span className="quiet"> {choice.help}</span>
            </Radio>
          ))}
        </Radio.Group>
      </section>
      {source.keepsBlanks && onDuplicate === "update" && (
        <section>
          <h2 id="blank-cells">更新时遇到空白单元格</h2>
          <Radio.Group
            aria-labelledby="blank-cells"
            value={blankCells}
            onChange={(event) => setBlankCells(event.target.value)}
            className="choices"
          >
            {BLANK_CELLS.map((choice) => (
              <Radio key={choice.value} value={choice.value}>
                <b>{choice.label}</b>
                <span className="quiet"> {choice.help}</span>
              </Radio>
            ))}
          </Radio.Group>
        </section>
      )}
      <section>
        <h2>上传文件</h2>
        {problem && <Alert type="error" showIcon title={problem} className="form-note" />}
        <Upload.Dragger
          accept=".xlsx"
          multiple={false}
          showUploadList={false}
          disabled={sending !== null}
          beforeUpload={(file) => {
            void send(file);
            return false;
          }}
        >
          <p className="ant-upload-drag-icon">
            <InboxOutlined aria-hidden />
          </p>
          <p className="ant-upload-text">点击选择，或把 Excel 文件拖到这里</p>
          <p className="ant-upload-hint">
            .xlsx，不超过 {MAX_MB} MB、{source.most ?? "10 万"}行。校验通过并由您确认之前不会写入任何数据。
          </p>
        </Upload.Dragger>
        {sending && (
          <div aria-live="polite">
            正在上传 {sending.name}
            <Progress percent={Math.round(sending.part * 100)} aria-label="上传进度" />
          </div>
        )}
      </section>
      {source.maps && <Remembered />}
    </div>
  );
}
