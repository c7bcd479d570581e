/** What is looked for: days, services, a person, an action, a result, words. */
import { Button, DatePicker, Input, Select, Space, Tag } from "antd";
import dayjs from "dayjs";
import type { Service, Words } from "../../api/audit";
import { today } from "../../shared/format";
import { RESULTS, type Filters } from "./filters";

interface Props {
  filters: Filters;
  allowed: readonly Service[];
  words: Words[];
  titles: Record<string, string>;
  onChange: (values: Record<string, string | null>) => void;
  onReset: () => void;
}

export function FilterBar({ filters, allowed, words, titles, onChange, onReset }: Props) {
  const { texts } = filters;
  const now = dayjs(today());
  const all = filters.services.length === allowed.length;
  const shown = words.filter((one) => filters.services.includes(one.service));
  return (
    <Space wrap role="search">
      <DatePicker.RangePicker
        allowClear={false}
        aria-label="日期"
        value={[dayjs(filters.from), dayjs(filters.to)]}
        presets={[
          { label: "今天", value: [now, now] },
          { label: "最近 7 天", value: [now.subtract(6, "day"), now] },
          { label: "最近 30 天", value: [now.subtract(29, "day"), now] },
          { label: "最近 180 天", value: [now.subtract(179, "day"), now] },
        ]}
        onChange={(_, [from, to]) => onChange({ from: from || null, to: to || null })}
      />
      <Select
        mode="multiple"
        allowClear
        aria-label="服务"
        placeholder="全部服务"
        maxTagCount="responsive"
        style={{ minWidth: 170 }}
        value={all ? [] : filters.services}
        options={allowed.map((value) => ({ value, label: titles[value] ?? value }))}
        onChange={(values: Service[]) => onChange({ service: values.join(",") || null })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label="操作"
        placeholder="全部操作"
        style={{ minWidth: 150 }}
        value={texts.action ?? null}
        options={choices(shown.flatMap((one) => one.actions))}
        onChange={(value: string | undefined) => onChange({ action: value ?? null })}
      />
      <Select
        allowClear
        aria-label="结果"
        placeholder="全部结果"
        style={{ minWidth: 110 }}
        value={texts.result ?? null}
        options={Object.entries(RESULTS).map(([value, { text }]) => ({ value, label: text }))}
        onChange={(value: string | undefined) => onChange({ result: value ?? null })}
      />
      <Input
        key={`user ${texts.user ?? ""}`}
        allowClear
        aria-label="人员"
        placeholder="姓名或账号"
        style={{ width: 130 }}
        defaultValue={texts.user ?? ""}
        onPressEnter={(event) => onChange({ user: event.currentTarget.value.trim() || null })}
        onBlur={(event) => onChange({ user: event.currentTarget.value.trim() || null })}
      />
      <Input.Search
        key={`q ${texts.q ?? ""}`}
        allowClear
        aria-label="关键字"
        placeholder="内容、编号、地址"
        enterButton="查询"
        style={{ width: 230 }}
        defaultValue={texts.q ?? ""}
        onSearch={(value) => onChange({ q: value.trim() || null })}
      />
      <Button onClick={onReset}>重置</Button>
      {texts.object_id && (
        <Tag closable onClose={() => onChange({ object_id: null, object_type: null })}>
          对象 {texts.object_id} 的历史
        </Tag>
      )}
    </Space>
  );
}

/** One choice for each name; the same code in two services is one action. */
function choices(words: { value: string; label: string }[]) {
  const known = new Map(words.map(({ value, label }) => [value, label]));
  return [...known].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label, "zh"));
}
