/** What an import would do: the counts, every row with what will happen to it, and the choice. */
import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Space, Statistic } from "antd";
import { useState } from "react";
import type { ImportJob } from "../../api/imports";
import { describe } from "../../api/problem";
import { useLeaveTab } from "../../app/tabs/leave";
import { clearedWords, isSame, nothingToWrite, willWrite, writes } from "./flow";
import { MappingStep } from "./MappingStep";
import { PreviewRows } from "./PreviewRows";
import { useSource } from "./source";
import { useCorrections } from "./useCorrections";
import { WordMapping } from "./WordMapping";

interface Props {
  job: ImportJob;
  path: string;
  onChanged: (job: ImportJob) => void;
  onStartOver: () => void;
}

const SHOWN_WARNINGS = 20;

export function Preview({ job, path, onChanged, onStartOver }: Props) {
  const { api, by, maps, place } = useSource();
  const { message, modal } = App.useApp();
  const confirm = useMutation({
    mutationFn: () => api.confirm(job.id, job.invalid > 0),
    onSuccess: onChanged,
    onError: (error) => message.error(describe(error)),
  });
  const cancel = useMutation({
    mutationFn: () => api.cancel(job.id),
    onSuccess: () => {
      message.info("已放弃这次导入，没有写入任何数据");
      onStartOver();
    },
    onError: (error) => message.error(describe(error)),
  });

  const [asking, setAsking] = useState(false);
  const answered = (next: ImportJob) => {
    setAsking(false);
    onChanged(next);
  };
  const strange = job.mapping?.headings.length ?? 0;
  const said = job.mapping?.known?.length ?? 0;
  const leave = useLeaveTab();
  const same = isSame(job);
  // Left open, the job would wait in the history for an answer that there is no question for. Nobody else may end it,
  // and whoever may not only goes.
  const drop = async (then: () => void) => {
    await api.cancel(job.id).catch(() => undefined);
    then();
  };

  const cleared = clearedWords(job);
  const written = writes(job);
  const corrections = useCorrections(job, onChanged);
  const unsaid = corrections.count > 0 ? `有 ${corrections.count} 个单元格改了还没有校验，请先校验或放弃这些修改` : null;
  const nothing = unsaid ?? nothingToWrite(job);

  // New rows alone are only added; what changes or leaves out something is asked about once, in numbers.
  async function write() {
    const points = [
      `${willWrite(job)}。`,
      cleared && `${cleared}。`,
      job.invalid > 0 && `有错误的 ${job.invalid} 行不会写入。可以先下载错误清单，改好后再单独导入。`,
    ].filter(Boolean);
    const sure =
      (job.invalid === 0 && job.updated === 0) ||
      (await modal.confirm({
        title: job.invalid > 0 ? `只导入正确的 ${written} 行？` : `导入 ${written} 行？`,
        content: points.map((point) => <p key={point as string}>{point}</p>),
        okText: `导入 ${written} 行`,
        cancelText: "再看看",
      }));
    if (sure) confirm.mutate();
  }

  const warnings = job.warnings.map((warning) => warning.message);
  if (asking && job.mapping) {
    return (
      <MappingStep
        job={job}
        mapping={job.mapping}
        onChanged={answered}
        onStartOver={onStartOver}
        onBack={() => setAsking(false)}
      />
    );
  }
  return (
    <div className="stack">
      <div className="counts" role="status">
        <Statistic title="共" value={job.rows} suffix="行" />
        <Statistic title="正确" value={job.valid} suffix="行" styles={{ content: { color: "#237804" } }} />
        <Statistic
          title="有错误"
          value={job.invalid}
          suffix="行"
          {...(job.invalid ? { styles: { content: { color: "#cf1322" } } } : {})}
        />
        {(["created", "updated", "unchanged", "skipped"] as const).map(
          (name) => job[name] > 0 && <Statistic key={name} title={WILL[name]} value={job[name]} suffix="行" />,
        )}
      </div>
      {same ? (
        <Alert
          type="info"
          showIcon
          title={
            job.skipped > 0
              ? "文件中的记录系统中都已有，按您的选择全部跳过，没有需要导入的内容"
              : "文件内容与系统一致，没有需要导入的内容"
          }
        />
      ) : job.invalid === 0 ? (
        <Alert
          type="success"
          showIcon
          title={`“${job.file_name}”的 ${job.valid} 行全部正确`}
          description={`确认后写入${place}：${willWrite(job)}。`}
        />
      ) : (
        <Alert
          type="warning"
          showIcon
          title={`“${job.file_name}”有 ${job.invalid} 行填写有误，错误的单元格已标红。`}
          description={
            corrections.possible
              ? "点击下面标红的单元格就可以在这里更正；也可以只导入正确的行，或者按错误清单在文件中改好后重新上传。"
              : "可以只导入正确的行，也可以全部放弃，按错误清单改好后重新上传。"
          }
        />
      )}
      {cleared && <Alert type="warning" showIcon title={`${cleared}。`} role="status" />}
      {by && job.import_by != null && (
        <p className="quiet">
          按{by.title} {job.import_by} 导入：没有填写{by.title}的行都算 {job.import_by} 年的。
        </p>
      )}
      {maps && (strange > 0 || said > 0) && (
        <p>
          <Button onClick={() => setAsking(true)}>
            {said > 0 ? "重新核对列名" : `核对没有导入的 ${strange} 列`}
            {said > 0 && strange > 0 && `（${strange} 列没有导入）`}
          </Button>
        </p>
      )}
      {warnings.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={`${warnings.length} 条提示（不影响导入）`}
          description={
            <ul className="warnings">
              {warnings.slice(0, SHOWN_WARNINGS).map((warning, index) => (
                <li key={index}>{warning}</li>
              ))}
            </ul>
          }
        />
      )}
      {maps && (job.mapping?.words.length ?? 0) > 0 && (
        <WordMapping key={job.id} job={job} mapping={job.mapping!} onChanged={onChanged} />
      )}
      {same ? (
        <Space wrap>
          <Button type="primary" onClick={() => void drop(() => leave(path))}>
            完成
          </Button>
          <Button onClick={() => void drop(onStartOver)}>重新上传</Button>
        </Space>
      ) : (
        <Space wrap>
          <Button
            type="primary"
            disabled={nothing !== null}
            aria-describedby={nothing ? "nothing-to-write" : undefined}
            loading={confirm.isPending}
            onClick={() => void write()}
          >
            {nothing && job.invalid ? "仅导入正确的行" : job.invalid ? `仅导入正确的 ${written} 行` : `确认导入 ${written} 行`}
          </Button>
          {job.invalid > 0 && (
            <Button
              icon={<DownloadOutlined aria-hidden />}
              onClick={() => api.errors(job.id).catch((error) => message.error(describe(error)))}
            >
              下载错误清单
            </Button>
          )}
          <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
            全部放弃
          </Button>
          <Button onClick={onStartOver}>重新上传</Button>
          {nothing && (
            <span id="nothing-to-write" className="quiet">
              {nothing}
            </span>
          )}
        </Space>
      )}
      <PreviewRows job={job} corrections={corrections} />
    </div>
  );
}

const WILL = { created: "将新增", updated: "将更新", unchanged: "无变化", skipped: "将跳过" } as const;
