/** One entry: what, how much, who. The stock after it stands beside the number while it is typed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, DatePicker, Form, Input, InputNumber, Modal, Radio, Skeleton, type GetRef } from "antd";
import dayjs from "dayjs";
import { useEffect, useRef, useState } from "react";
import { ledgers } from "../../api/ledgers";
import { movements as api, type NewMovement } from "../../api/movements";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { useSession } from "../../api/session";
import { Failure } from "../../app/ErrorBoundary";
import { today } from "../../shared/format";
import { usePhone } from "../../shared/usePhone";
import { useEngine } from "../field/context";
import { nameOf } from "../list/useRemove";
import type { Row } from "../schema";
import { kindsOf, outcome, RESULTS, stockOf, withUnit, type KindChoice, type Stock } from "./stock";
import "./movements.css";

interface Props {
  id: string;
  /** What was chosen before the dialog opened: with an amount of one it needs nothing but a confirmation. */
  kind?: string | undefined;
  onClose: () => void;
}

interface Values {
  kind: string;
  amount: string | null;
  happened_on: string;
  person: string;
  purpose?: string;
  voucher?: string;
}

const KEYS = new Set(["kind", "amount", "happened_on", "person", "purpose", "voucher"]);

export default function MovementDialog({ id, kind, onClose }: Props) {
  const { ledger } = useEngine();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  // The same entry however often it is sent: an answer that was lost on the way does not make two of it.
  const entryId = useRef(crypto.randomUUID());
  const row = useQuery({
    queryKey: ["rows", ledger.slug, "one", id],
    queryFn: () => ledgers.get(ledger.slug, id),
    // Somebody else may have taken something a moment ago.
    staleTime: 0,
  });
  const stock = row.data && ledger.movements ? stockOf(ledger.movements, row.data) : null;

  async function save(values: Values) {
    const chosen = kindsOf(ledger).find((one) => one.value === values.kind);
    if (!stock || !chosen) return;
    setBusy(true);
    setRefusal(null);
    const entry: NewMovement = {
      id: entryId.current,
      kind: values.kind,
      amount: String(values.amount),
      happened_on: values.happened_on,
      person: values.person.trim(),
      ...(values.purpose?.trim() ? { purpose: values.purpose.trim() } : {}),
      ...(values.voucher?.trim() ? { voucher: values.voucher.trim() } : {}),
      ...(chosen.direction === "count" ? { seen: stock.now } : {}),
    };
    try {
      const made = await api.record(ledger.slug, id, entry);
      message.success(`已登记${chosen.label} ${withUnit(made.amount, stock.unit)}，现有 ${withUnit(made.after, stock.unit)}`);
      await done();
    } catch (error) {
      await refuse(error);
    } finally {
      setBusy(false);
    }
  }

  async function done() {
    onClose();
    await client.invalidateQueries({ queryKey: ["rows", ledger.slug] });
  }

  async function refuse(error: unknown) {
    if (error instanceof ApiError && error.code === "already_recorded") {
      message.info("这笔出入库刚才已经登记，请核对记录");
      return done();
    }
    // What was shown is not so any more, or never was: the number beside the amount has to be the new one.
    await row.refetch();
    if (error instanceof ApiError && error.errors.length > 0) {
      const { fields, others } = fieldErrors(error, KEYS);
      const wrong = Object.entries(fields).map(([name, errors]) => ({ name: name as keyof Values, errors }));
      form.setFields(wrong);
      if (wrong[0]) form.scrollToField(wrong[0].name, { focus: true });
      setRefusal(others.length ? others.join("；") : null);
      return;
    }
    setRefusal(describe(error));
  }

  return (
    <Modal
      open
      className="movement-dialog"
      title={row.data ? `登记出入库 · ${nameOf(ledger, row.data)}` : "登记出入库"}
      okText="确认登记"
      cancelText="取消"
      okButtonProps={{ disabled: !stock }}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={onClose}
      mask={{ closable: false }}
      destroyOnHidden
    >
      {row.isPending && <Skeleton active />}
      {row.isError && <Failure error={row.error} onRetry={() => void row.refetch()} />}
      {row.data && stock && (
        <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={(values) => void save(values)}>
          {refusal && <Alert type="error" showIcon role="alert" className="form-note" title={refusal} />}
          <Fields row={row.data} stock={stock} kind={kind} />
          {/* Enter in any field records the entry. */}
          <button type="submit" hidden />
        </Form>
      )}
    </Modal>
  );
}

function Fields({ row, stock, kind }: { row: Row; stock: Stock; kind: string | undefined }) {
  const { ledger } = useEngine();
  const { me } = useSession();
  const form = Form.useFormInstance<Values>();
  const kinds = kindsOf(ledger);
  const field = ledger.fields.find((one) => one.key === ledger.movements?.field);
  const phone = usePhone();
  const first = useRef<GetRef<typeof InputNumber>>(null);
  const watched = Form.useWatch("kind", form);
  const chosen = kinds.find((one) => one.value === watched) ?? kinds[0];
  const counts = chosen?.direction === "count";
  useEffect(() => {
    // On a telephone the keyboard would cover the button of who only has to confirm.
    if (!phone || !kind) first.current?.focus({ cursor: "all" });
  }, [phone, kind]);
  if (!chosen) return <Alert type="warning" showIcon title="没有可用的出入库类型，请联系系统维护人员在字典管理中启用" />;
  return (
    <>
      <Form.Item name="kind" label="类型" initialValue={kinds.find((one) => one.value === kind)?.value ?? chosen.value}>
        <Radio.Group
          optionType="button"
          buttonStyle="solid"
          className="movement-kinds"
          options={kinds.map(({ value, label }) => ({ value, label }))}
        />
      </Form.Item>
      <Form.Item
        name="amount"
        label={counts ? `实盘${field?.title ?? "数量"}` : (field?.title ?? "数量")}
        initialValue={kind ? "1" : null}
        dependencies={["kind"]}
        rules={[{ validator: (_, value) => checked(value, chosen, stock) }]}
        extra={<Preview stock={stock} />}
      >
        <InputNumber
          ref={first}
          className="full"
          stringMode
          min="0"
          inputMode="decimal"
          mode="spinner"
          aria-label={counts ? "实盘数量" : "数量"}
          precision={field?.kind === "integer" ? 0 : undefined}
          {...(stock.unit ? { suffix: stock.unit } : {})}
        />
      </Form.Item>
      <div className="movement-pair">
        <Form.Item
          name="person"
          label={chosen.direction === "out" ? "领用人（经办人）" : "经办人"}
          initialValue={me?.user.name ?? ""}
          rules={[{ required: true, whitespace: true, message: "请填写经办人" }]}
        >
          <Input maxLength={50} />
        </Form.Item>
        <Form.Item
          name="happened_on"
          label="日期"
          initialValue={today()}
          rules={[{ required: true, message: "请选择日期" }]}
          getValueProps={(value: string) => ({ value: value ? dayjs(value) : null })}
          getValueFromEvent={(day: dayjs.Dayjs | null) => day?.format("YYYY-MM-DD") ?? null}
        >
          <DatePicker className="full" inputReadOnly disabledDate={(day) => day.format("YYYY-MM-DD") > today()} />
        </Form.Item>
      </div>
      <div className="movement-pair">
        <Form.Item name="purpose" label={chosen.direction === "out" ? "用途（原因）" : "原因、来源"}>
          <Input maxLength={200} placeholder="选填" />
        </Form.Item>
        <Form.Item name="voucher" label="单号">
          <Input maxLength={50} placeholder="选填" />
        </Form.Item>
      </div>
      {row.moved === false && field && (
        <p className="quiet">{`登记第一笔后，这条记录的${field.title}只能用出入库修改，不能再直接填写或导入。`}</p>
      )}
    </>
  );
}

async function checked(value: unknown, kind: KindChoice, stock: Stock): Promise<void> {
  if (value === null || value === undefined || value === "") throw new Error("请填写数量");
  if (kind.direction !== "count" && Number(value) <= 0) throw new Error("数量应大于零");
  if (kind.direction && outcome(stock.now, kind.direction, value, null)?.belowZero) {
    throw new Error(`不够${kind.label} ${withUnit(value, stock.unit)}`);
  }
}

function Preview({ stock }: { stock: Stock }) {
  const { ledger } = useEngine();
  const form = Form.useFormInstance<Values>();
  const chosen = Form.useWatch("kind", form);
  const kind = kindsOf(ledger).find((one) => one.value === chosen);
  const amount = Form.useWatch("amount", form);
  const told = kind?.direction ? outcome(stock.now, kind.direction, amount, stock.limit) : null;
  const low = told?.short && !told.belowZero;
  return (
    <span className={low ? "movement-preview bad" : "movement-preview"} aria-live="polite">
      现有 {withUnit(stock.now, stock.unit)}
      {told && !told.belowZero && ` → 登记后 ${withUnit(told.after, stock.unit)}`}
      {told && kind?.direction === "count" && `，${RESULTS[told.result]}${told.result === "even" ? "" : ` ${told.difference}`}`}
      {low && `，低于最低储备 ${withUnit(stock.limit, stock.unit)}`}
    </span>
  );
}
