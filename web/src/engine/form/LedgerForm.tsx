/** The form of a ledger row, made from its fields: groups, rules, cascades, drafts, and what the server refuses. */
import { App, Alert, Form, type FormInstance } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { ledgers } from "../../api/ledgers";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { useSession } from "../../api/session";
import { dropDraft, loadDraft, saveDraft } from "../../shared/drafts";
import { dateTime } from "../../shared/format";
import { useEngine } from "../field/context";
import { kindOf } from "../field/registry";
import { cascadeParents, editableFields, grouped, itemOf, movedField, type Field, type Row } from "../schema";
import { ConflictDialog } from "./ConflictDialog";
import { isRequired, problemOf, toBody } from "./rules";

export interface FormHandle {
  submit: () => void;
  discard: () => void;
}

interface Props {
  /** The row to change; null makes a new one. */
  row: Row | null;
  /** Where the draft is kept: starts with the path of the page. */
  draftName: string;
  onSaved: (row: Row) => void;
  onDirty: (dirty: boolean) => void;
  onBusy: (busy: boolean) => void;
  handle: React.RefObject<FormHandle | null>;
}

const AUTOSAVE_MS = 400;

export function LedgerForm({ row, draftName, onSaved, onDirty, onBusy, handle }: Props) {
  const { ledger } = useEngine();
  const { me } = useSession();
  const { message } = App.useApp();
  const [form] = Form.useForm<Record<string, unknown>>();
  const fields = useMemo(() => editableFields(ledger), [ledger]);
  const parents = useMemo(() => cascadeParents(ledger), [ledger]);
  const userId = me?.user.id ?? "";
  const [base, setBase] = useState(row);
  // What the values are compared with when somebody else has saved: the row as it was when the typing began.
  const [origin, setOrigin] = useState<Record<string, unknown>>(row ?? {});
  const [conflict, setConflict] = useState<Row | null>(null);
  const [refusals, setRefusals] = useState<string[]>([]);
  const [draftAt, setDraftAt] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<(() => void) | null>(null);

  const initial = useMemo(() => initialValues(fields, row, me?.user.department?.id), [fields, row, me]);
  useEffect(() => {
    const draft = loadDraft(userId, draftName);
    if (!draft) return;
    form.setFieldsValue(draft.values);
    // What entries alone change is as the row says, whatever was typed before there were any.
    const fixed = movedField(ledger, row);
    if (fixed) form.setFieldValue(fixed, row?.[fixed]);
    setDraftAt(draft.at);
    // A draft begun on an older version stays on it: saving then meets the conflict instead of undoing what others did.
    if (draft.version !== null) {
      setBase((known) => known && { ...known, version: draft.version! });
      setOrigin(draft.base ?? {});
    }
    onDirty(true);
  }, [userId, draftName, form, onDirty, ledger, row]);
  useEffect(() => {
    // A page that is reloaded, and a tab that is hidden or closed, must not take the last words typed with it.
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, []);

  function flush() {
    clearTimeout(timer.current);
    unsaved.current?.();
    unsaved.current = null;
  }

  function changed(change: Record<string, unknown>) {
    follow(form, ledger, parents, change);
    onDirty(true);
    clearTimeout(timer.current);
    keepDraft(base?.version ?? null, origin);
  }

  function keepDraft(version: number | null, from: Record<string, unknown>) {
    const values = form.getFieldsValue(true);
    const began = Object.fromEntries(fields.map(({ key }) => [key, from[key]]));
    unsaved.current = () => saveDraft(userId, draftName, { version, base: began, values });
    timer.current = setTimeout(flush, AUTOSAVE_MS);
  }

  function forgetDraft() {
    clearTimeout(timer.current);
    unsaved.current = null;
    dropDraft(userId, draftName);
    setDraftAt(null);
    onDirty(false);
  }

  async function save(values: Record<string, unknown>, version = base?.version, before = base && { ...base, ...origin }) {
    onBusy(true);
    setRefusals([]);
    try {
      const body = toBody(fields, values, before);
      const saved = base
        ? await ledgers.update(ledger.slug, base.id, { ...body, version })
        : await ledgers.create(ledger.slug, body);
      forgetDraft();
      setConflict(null);
      message.success(base ? "已保存" : "已新建");
      onSaved(saved);
    } catch (error) {
      refuse(error);
    } finally {
      onBusy(false);
    }
  }

  function refuse(error: unknown) {
    if (error instanceof ApiError && error.status === 409 && base && error.current) {
      setConflict(error.current as Row);
      return;
    }
    if (error instanceof ApiError && error.errors.length > 0) {
      const { fields: byField, others } = fieldErrors(error, new Set(fields.map((field) => field.key)));
      form.setFields(Object.entries(byField).map(([name, errors]) => ({ name, errors })));
      const first = fields.find((field) => byField[field.key]);
      if (first) form.scrollToField(first.key, { block: "center", focus: true });
      setRefusals(others);
      if (!first && others.length === 0) setRefusals([describe(error)]);
      return;
    }
    setRefusals([describe(error)]);
  }

  function goOnFrom(theirs: Row, values: Record<string, unknown>) {
    const fixed = movedField(ledger, theirs);
    form.setFieldsValue(fixed ? { ...values, [fixed]: theirs[fixed] } : values);
    setBase(theirs);
    setOrigin(theirs);
    setConflict(null);
  }

  function takeTheirs(theirs: Row) {
    form.resetFields();
    goOnFrom(theirs, initialValues(fields, theirs));
    forgetDraft();
  }

  /** Saves both people's changes. What the merged row breaks is shown in the form, where it can be put right. */
  async function saveMerged(theirs: Row, merged: Record<string, unknown>) {
    goOnFrom(theirs, merged);
    keepDraft(theirs.version, theirs);
    try {
      await form.validateFields();
    } catch (problem) {
      const first = (problem as { errorFields?: { name: string[] }[] }).errorFields?.[0]?.name[0];
      if (first) form.scrollToField(first, { block: "center", focus: true });
      return;
    }
    await save(form.getFieldsValue(true), theirs.version, theirs);
  }

  const fixed = movedField(ledger, base);
  handle.current = {
    submit: () => form.submit(),
    discard: () => {
      form.resetFields();
      forgetDraft();
    },
  };
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={initial}
      onValuesChange={changed}
      onFinish={() => void save(form.getFieldsValue(true))}
      scrollToFirstError={{ block: "center", focus: true }}
      autoComplete="off"
    >
      {draftAt && (
        <Alert
          type="info"
          showIcon
          className="form-note"
          title={`已恢复 ${dateTime(new Date(draftAt).toISOString())} 未保存的草稿`}
          closable={{ "aria-label": "关闭" }}
        />
      )}
      {refusals.length > 0 && (
        <Alert type="error" showIcon className="form-note" role="alert" title={refusals.join("；")} />
      )}
      {grouped(fields).map((group) => (
        <fieldset key={group.title} className="form-group">
          <legend>{group.title}</legend>
          <div className="form-grid">
            {group.fields.map((field) => (
              <FieldItem
                key={field.key}
                field={field}
                parent={parents[field.key]}
                form={form}
                fixed={field.key === fixed}
              />
            ))}
          </div>
        </fieldset>
      ))}
      {conflict && (
        <ConflictDialog
          key={conflict.version}
          fields={fields.filter((field) => field.key !== movedField(ledger, conflict))}
          base={origin}
          mine={form.getFieldsValue(true)}
          theirs={conflict}
          onMerge={(merged) => void saveMerged(conflict, merged)}
          onTakeTheirs={() => takeTheirs(conflict)}
          onClose={() => setConflict(null)}
        />
      )}
    </Form>
  );
}

interface ItemProps {
  field: Field;
  parent: string | undefined;
  form: FormInstance;
  /** Entries alone change it (出入库). */
  fixed: boolean;
}

function FieldItem({ field, parent, form, fixed }: ItemProps) {
  const Input = kindOf(field.kind).input;
  const when = field.required_when?.field;
  const deciding = Form.useWatch(when ?? "", form);
  const parentValue = Form.useWatch(parent ?? "", form);
  const required = isRequired(field, when ? { [when]: deciding } : {});
  return (
    <Form.Item
      name={field.key}
      label={field.title}
      required={required}
      validateTrigger={kindOf(field.kind).typed ? "onBlur" : "onChange"}
      className={kindOf(field.kind).wide ? "wide" : ""}
      {...(fixed
        ? { extra: `已启用出入库登记，${field.title}请用入库、领用或盘点修改` }
        : field.help
          ? { extra: field.help }
          : {})}
      {...(when ? { dependencies: [when] } : {})}
      rules={[
        {
          validator: async (_, value) => {
            const problem = problemOf(field, value, form.getFieldsValue(true));
            if (problem) throw new Error(problem);
          },
        },
      ]}
    >
      <Input field={field} disabled={fixed} parentValue={parent ? parentValue : undefined} />
    </Form.Item>
  );
}

function initialValues(fields: Field[], row: Row | null, departmentId?: string): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      if (row) return [field.key, row[field.key] ?? undefined];
      if (field.key === "dept_id" && departmentId) return [field.key, departmentId];
      return [field.key, field.default ?? undefined];
    }),
  );
}

/** Keeps a choice and its narrower choice in agreement: the parent clears a child that contradicts it, and a chosen
 * child fills in a parent that is blank. */
function follow(
  form: FormInstance,
  ledger: Parameters<typeof cascadeParents>[0],
  parents: Record<string, string>,
  change: Record<string, unknown>,
): void {
  for (const [child, parent] of Object.entries(parents)) {
    const field = ledger.fields.find((candidate) => candidate.key === child)!;
    const item = itemOf(ledger, field, form.getFieldValue(child));
    if (!item?.parent_value) continue;
    const parentValue = form.getFieldValue(parent);
    if (parent in change && parentValue && parentValue !== item.parent_value) form.setFieldValue(child, undefined);
    if (child in change && !parentValue) form.setFieldValue(parent, item.parent_value);
  }
}
