/** 核对列名: each heading that we do not know, or that means something only because somebody has said so, with what the column
 * holds and what it may mean. What is certain is filled in; the person decides. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Select, Space } from "antd";
import { useState } from "react";
import type { ImportJob, Mapping } from "../../api/imports";
import { describe } from "../../api/problem";
import { askedHeadings, firstGuess, stillMissing } from "./flow";
import { MatchedColumns } from "./MatchedColumns";
import { useSource } from "./source";

interface Props {
  job: ImportJob;
  mapping: Mapping;
  onChanged: (job: ImportJob) => void;
  onStartOver: () => void;
  /** The way back to a result that is there already. */
  onBack?: () => void;
}

const NOT = "";

export function MappingStep({ job, mapping, onChanged, onStartOver, onBack }: Props) {
  const { api, key, title } = useSource();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => firstGuess(mapping));
  const [forgotten, setForgotten] = useState<string[]>([]);
  const [remember, setRemember] = useState(true);
  const headings = askedHeadings(mapping);
  const missing = stillMissing(mapping, chosen);
  // Most of what has to be there is not: another ledger's file more often than another way of writing.
  const wrongFile = mapping.missing.length > 2 && mapping.missing.length > (job.columns?.length ?? 0);
  const answer = useMutation({
    mutationFn: () =>
      api.answer(job.id, {
        headings: chosen,
        ignore: headings.map(({ header }) => header).filter((header) => !(header in chosen)),
        remember,
      }),
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
  const forget = useMutation({
    mutationFn: ({ id }: { id: string; header: string }) => api.forget(id),
    onSuccess: (_, { id, header }) => {
      setForgotten((known) => [...known, id]);
      // Answered as it stands, it would be remembered again.
      setRemember(false);
      message.success(`已忘记“${header}”，下次导入会再次询问`);
    },
    onError: (error) => message.error(describe(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["imports", key, "remembered"] }),
  });
  const choose = (header: string, field: string) => {
    const rest = Object.fromEntries(
      Object.entries(chosen).filter(([other, taken]) => other !== header && taken !== field),
    );
    setChosen(field === NOT ? rest : { ...rest, [header]: field });
  };
  return (
    <div className="stack import-mapping">
      {wrongFile && (
        <Alert
          type="warning"
          showIcon
          title={`“${job.file_name}”看起来不是${title}的文件`}
          description={`没有找到 ${mapping.missing.length} 个必填列。请先确认选对了台账和文件；如果文件无误，再逐个指定列名。`}
        />
      )}
      <Alert
        type="info"
        showIcon
        title={`“${job.file_name}”有 ${headings.length} 个列名与系统不同，请指定它们对应的字段`}
        description="已按相似程度预填，请逐个核对。确认之后才开始校验，不会写入任何数据。"
      />
      <ul className="mapping">
        {headings.map(({ header, column, suggestions, id }) => {
          const likely = new Map(suggestions.map(({ field, score }) => [field, score]));
          const options = [...mapping.fields].sort((a, b) => (likely.get(b.field) ?? 0) - (likely.get(a.field) ?? 0));
          const samples = mapping.samples?.[column] ?? [];
          return (
            <li key={`${column} ${header}`}>
              <label htmlFor={`map-${column}`}>
                <span className="quiet">{column} 列 </span>
                <b>{header}</b>
                {samples.length > 0 && <span className="quiet mapping-samples">如：{samples.join("；")}</span>}
              </label>
              <div className="word-answer">
                <Select
                  id={`map-${column}`}
                  aria-label={`“${header}”对应的字段`}
                  showSearch={{ optionFilterProp: "label" }}
                  value={chosen[header] ?? NOT}
                  onChange={(field) => choose(header, field)}
                  options={[
                    { value: NOT, label: "不导入这一列" },
                    ...options.map(({ field, title, required }) => ({
                      value: field,
                      label: `${title}${required ? " *" : ""}${likely.has(field) ? `（相似 ${likely.get(field)}%）` : ""}`,
                    })),
                  ]}
                />
                {id && !forgotten.includes(id) && (
                  <Button
                    loading={forget.isPending && forget.variables.id === id}
                    onClick={() => forget.mutate({ id, header })}
                    aria-label={`忘记“${header}”`}
                  >
                    忘记
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {missing.length > 0 && (
        <Alert type="warning" showIcon title={`还需要指定必填的列：${missing.join("、")}`} role="status" />
      )}
      <MatchedColumns job={job} mapping={mapping} />
      <Checkbox checked={remember} onChange={(event) => setRemember(event.target.checked)}>
        记住这些对应关系，本部门下次导入时自动使用
      </Checkbox>
      <Space wrap>
        <Button
          type="primary"
          disabled={missing.length > 0}
          loading={answer.isPending}
          onClick={() => answer.mutate()}
        >
          确认并校验
        </Button>
        {onBack && <Button onClick={onBack}>返回结果</Button>}
        <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
          放弃
        </Button>
      </Space>
    </div>
  );
}
