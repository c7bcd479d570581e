/** Words that no dictionary knows, beside the errors that they cause: saying once what one means repairs all its rows. */
import { useMutation } from "@tanstack/react-query";
import { App, Button, Card, Checkbox, Select } from "antd";
import { useState } from "react";
import type { ImportJob, Mapping } from "../../api/imports";
import { describe } from "../../api/problem";
import { STRONG } from "./flow";
import { useSource } from "./source";

interface Props {
  job: ImportJob;
  mapping: Mapping;
  onChanged: (job: ImportJob) => void;
}

const SHOWN = 30;

export function WordMapping({ job, mapping, onChanged }: Props) {
  const { api, fields } = useSource();
  const { message } = App.useApp();
  // Nothing is filled in here: a wrong word is more often a mistake to correct than another name.
  const [chosen, setChosen] = useState<Record<string, Record<string, string>>>({});
  const [remember, setRemember] = useState(true);
  const count = Object.values(chosen).reduce((sum, words) => sum + Object.keys(words).length, 0);
  const answer = useMutation({
    mutationFn: () => api.answer(job.id, { words: chosen, remember }),
    onSuccess: (next) => {
      setChosen({});
      onChanged(next);
    },
    onError: (error) => message.error(describe(error)),
  });
  const choose = (field: string, word: string, value: string | undefined) => {
    const { [word]: _, ...rest } = chosen[field] ?? {};
    setChosen({ ...chosen, [field]: value === undefined ? rest : { ...rest, [word]: value } });
  };
  const words = mapping.words.slice(0, SHOWN);
  return (
    <Card size="small" title={`系统不认识的词（${mapping.words.length} 个）`} className="import-mapping">
      <p className="quiet">如果只是叫法不同，指定一次即可，全部相同的单元格随之改正；如果是填错了，请更正那些单元格。</p>
      <ul className="mapping">
        {words.map(({ field, word, count: times, suggestions, below }) => {
          const likely = new Map(suggestions.map(({ value, score }) => [value, score]));
          const items = (mapping.items[field] ?? [])
            .filter(({ value }) => !below || below.includes(value))
            .sort((a, b) => (likely.get(b.value) ?? 0) - (likely.get(a.value) ?? 0));
          const best = suggestions[0];
          const taken = chosen[field]?.[word];
          const title = fields.find((candidate) => candidate.key === field)?.title ?? field;
          const id = `word-${field}-${word}`;
          return (
            <li key={id}>
              <label htmlFor={id}>
                <span className="quiet">{title} </span>
                <b>{word}</b>
                <span className="quiet">（{times} 处）</span>
              </label>
              <div className="word-answer">
                <Select
                  id={id}
                  allowClear
                  showSearch={{ optionFilterProp: "label" }}
                  aria-label={`“${word}”对应的${title}`}
                  placeholder="请选择"
                  value={taken}
                  onChange={(value) => choose(field, word, value)}
                  options={items.map(({ value, label }) => ({ value, label }))}
                />
                {best && taken === undefined && (
                  <Button onClick={() => choose(field, word, best.value)}>
                    {best.score < STRONG ? `可能是“${best.label}”，采用` : `采用“${best.label}”`}
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {mapping.words.length > SHOWN && <p className="quiet">其余 {mapping.words.length - SHOWN} 个请下载错误清单查看。</p>}
      <div className="mapping-actions">
        <Checkbox checked={remember} onChange={(event) => setRemember(event.target.checked)}>
          记住，本部门下次导入时自动使用
        </Checkbox>
        <Button type="primary" ghost disabled={count === 0} loading={answer.isPending} onClick={() => answer.mutate()}>
          {count ? `使用这 ${count} 个对应关系，重新校验` : "重新校验"}
        </Button>
      </div>
    </Card>
  );
}
