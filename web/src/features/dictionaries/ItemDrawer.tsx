/** One item: its words, its place, its dates, and the rules that it carries. */
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Form, Input, InputNumber, Select, Space } from "antd";
import { useEffect } from "react";
import { dictionaries, type Dictionary, type DictionaryItem, type ItemFields } from "../../api/dictionaries";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { extraInput, extraValue } from "./extras";
import { toneOf } from "../../app/theme";
import { StatusTag } from "../../shared/StatusTag";

interface Values {
  value: string;
  label: string;
  sort: number;
  color?: string;
  parent_value?: string;
  aliases: string[];
  valid_from?: string;
  valid_to?: string;
  ext: Record<string, unknown>;
}

interface Props {
  dictionary: Dictionary;
  item: DictionaryItem | "new" | null;
  mayChange: boolean;
  onClose: () => void;
  onSaved: () => void;
}

const COLORS = ["default", "green", "blue", "cyan", "gold", "orange", "red", "purple", "magenta"];
const KNOWN = new Set(["value", "label", "sort", "color", "parent_value", "aliases", "valid_from", "valid_to"]);

export function ItemDrawer({ dictionary, item, mayChange, onClose, onSaved }: Props) {
  const [form] = Form.useForm<Values>();
  const { message, modal } = App.useApp();
  const known = item === "new" ? null : item;
  const titles = new Map(dictionary.extras.map((extra) => [extra.name, extra]));
  const others = Object.entries(known?.ext ?? {}).filter(([name]) => !titles.has(name));
  useEffect(() => {
    if (item === null) return;
    form.resetFields();
    const last = Math.max(0, ...dictionary.items.map((one) => one.sort));
    form.setFieldsValue(
      item === "new"
        ? { value: "", label: "", sort: last + 10, aliases: [], ext: {} }
        : {
            ...item,
            color: item.color ?? undefined,
            parent_value: item.parent_value ?? undefined,
            valid_from: item.valid_from ?? "",
            valid_to: item.valid_to ?? "",
          },
    );
  }, [item, form, dictionary.items]);
  const save = useMutation({
    mutationFn: (values: Values) => {
      const rules = Object.fromEntries(
        dictionary.extras.flatMap((extra) => {
          const value = extraValue(extra, values.ext?.[extra.name]);
          return value === undefined ? [] : [[extra.name, value]];
        }),
      );
      const fields: ItemFields = {
        label: values.label,
        sort: values.sort ?? 0,
        enabled: known?.enabled ?? true,
        color: values.color || null,
        parent_value: values.parent_value || null,
        aliases: values.aliases ?? [],
        // Rules that this page does not know belong to a newer service, and stay.
        ext: { ...Object.fromEntries(others), ...rules },
        valid_from: values.valid_from || null,
        valid_to: values.valid_to || null,
      };
      return known
        ? dictionaries.change(dictionary.code, known, fields)
        : dictionaries.add(dictionary.code, values.value, fields);
    },
    onSuccess: (saved) => {
      message.success(`“${saved.label}”已保存，几秒内对各系统生效`);
      onSaved();
    },
    onError: (error) => {
      if (!(error instanceof ApiError) || error.status !== 422) return void message.error(describe(error));
      const rules = error.errors.filter((one) => one.loc[1] === "ext");
      for (const one of rules) form.setFields([{ name: ["ext", String(one.loc[2])], errors: [one.message] }]);
      const { fields } = fieldErrors(error, KNOWN);
      for (const [name, errors] of Object.entries(fields)) {
        form.setFields([{ name: name as keyof Values, errors }]);
      }
      if (!rules.length && !Object.keys(fields).length) message.error(describe(error));
    },
  });
  const close = async () => {
    if (!mayChange || !form.isFieldsTouched()) return onClose();
    const sure = await modal.confirm({
      title: "有未保存的修改",
      content: "关闭后修改会丢失。",
      okText: "放弃修改",
      okButtonProps: { danger: true },
      cancelText: "继续编辑",
    });
    if (sure) onClose();
  };
  const parents = dictionary.parent
    ? dictionary.parents
    : dictionary.items.filter((one) => one.value !== known?.value);
  return (
    <Drawer
      open={item !== null}
      onClose={() => void close()}
      size={560}
      title={known ? `${dictionary.name} · ${known.label}` : `${dictionary.name} · 新建条目`}
      destroyOnHidden
      extra={
        mayChange && (
          <Space>
            <Button onClick={() => void close()}>取消</Button>
            <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
              保存
            </Button>
          </Space>
        )
      }
    >
      {known?.origin === "declared" && (
        <Alert
          type="info"
          showIcon
          title={
            known.customised
              ? "系统预置条目，已修改：升级时改过的内容保持不变，其余内容随升级更新。"
              : "系统预置条目：修改过的内容在升级时保持不变。"
          }
        />
      )}
      <Form
        form={form}
        layout="vertical"
        disabled={!mayChange}
        onFinish={(values) => save.mutate(values)}
        scrollToFirstError
      >
        <Form.Item
          name="value"
          label="值"
          extra="程序使用的编码，保存后不能更改"
          rules={[{ required: true, pattern: /^[\p{L}\p{N}_.()（）-]{1,64}$/u, message: "1 到 64 个字母、数字、汉字或 . _ - ( )" }]}
        >
          <Input maxLength={64} disabled={Boolean(known) || !mayChange} />
        </Form.Item>
        <Form.Item name="label" label="名称" rules={[{ required: true, whitespace: true, message: "请填写名称" }]}>
          <Input maxLength={100} />
        </Form.Item>
        {parents.length > 0 && (
          <Form.Item name="parent_value" label="上级">
            <Select
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              options={parents
                .filter((one) => one.enabled || one.value === known?.parent_value)
                .map((one) => ({ value: one.value, label: one.enabled ? one.label : `${one.label}（已停用）` }))}
            />
          </Form.Item>
        )}
        <Form.Item name="sort" label="排序" extra="小的在前">
          <InputNumber min={0} max={1_000_000} precision={0} className="full" />
        </Form.Item>
        <Form.Item name="color" label="颜色">
          <Select
            allowClear
            options={[
              ...COLORS.map((color) => ({ value: color, label: <StatusTag tone={toneOf(color)}>{color}</StatusTag> })),
              ...(known?.color && !COLORS.includes(known.color)
                ? [{ value: known.color, label: <StatusTag tone={toneOf(known.color)}>{known.color}</StatusTag> }]
                : []),
            ]}
          />
        </Form.Item>
        <Form.Item name="aliases" label="别名" extra="导入台账时也认的写法">
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", "；", ";"]} />
        </Form.Item>
        <Form.Item name="valid_from" label="生效日期" extra="有效期以外不能再选用，已有记录照常显示">
          <Input type="date" />
        </Form.Item>
        <Form.Item name="valid_to" label="失效日期">
          <Input type="date" />
        </Form.Item>
        {dictionary.extras.map((extra) => (
          <Form.Item
            key={extra.name}
            name={["ext", extra.name]}
            label={extra.unit && extra.kind !== "integer" ? `${extra.title}（${extra.unit}）` : extra.title}
            extra={extra.help || undefined}
            {...(extra.kind === "yes_no" ? { valuePropName: "checked" } : {})}
          >
            {extraInput(extra)}
          </Form.Item>
        ))}
        {others.map(([name, value]) => (
          <Form.Item key={name} label={name} extra="由使用此字典的系统维护，保存时保持不变">
            <Input disabled value={typeof value === "string" ? value : JSON.stringify(value)} />
          </Form.Item>
        ))}
      </Form>
    </Drawer>
  );
}
