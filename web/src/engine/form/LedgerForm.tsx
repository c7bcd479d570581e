/** The form of a ledger row, made from its fields: groups, rules, cascades, drafts, and what the server refuses. */
import { App, Alert, Button, Form, type FormInstance } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { ledgers } from "../../api/ledgers";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { useSession } from "../../api/session";
import { dropDraft, loadDraft, saveDraft } from "../../shared/drafts";
import { dateTime } from "../../shared/format";
import { useEngine } from "../field/context";
import {
  cascadeParents,
  editableFields,
  grouped,
  itemOf,
  movedField,
  type Field,
  type Row,
} from "../schema";
import { ConflictDialog } from "./ConflictDialog";
import { FieldItem } from "./FieldItem";
import { toBody } from "./rules";
import { ScoredItem } from "./ScoredItem";
import { scoreRuleOf, unusedFactors, withoutScores } from "./scoring";
import { carried, initialValues, overTwin, said } from "./values";

// Few ledgers offer words.
const OfferedItem = lazy(() => import("./OfferedItem"));

export interface FormHandle {
  submit: () => void;
  discard: () => void;
}

interface Props {
  /** The row to change; null makes a new one. */
  row: Row | null;
  /** The row that a new one succeeds, and begins like. */
  after?: Row | undefined;
  /** Where the draft is kept: starts with the path of the page. */
  draftName: string;
  /** Where the draft of another row of this ledger is kept. */
  draftOf: (id: string) => string;
  onSaved: (row: Row) => void;
  /** The row exists already: its own form is to be opened, where a draft waits. */
  onTwin: (id: string) => void;
  onDirty: (dirty: boolean) => void;
  onBusy: (busy: boolean) => void;
  handle: React.RefObject<FormHandle | null>;
}

const AUTOSAVE_MS = 400;

export function LedgerForm({ row, after, draftName, draftOf, onSaved, onTwin, onDirty, onBusy, handle }: Props) {
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
  const [twin, setTwin] = useState<string | null>(null);
  const [draftAt, setDraftAt] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<(() => void) | null>(null);

  const initial = useMemo(
    () => ({ ...initialValues(ledger, row, me?.user.department?.id), ...carried(ledger, after) }),
    [ledger, row, after, me],
  );
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
    for (const key of unusedFactors(ledger, form.getFieldsValue(true), change)) form.setFieldValue(key, undefined);
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

  /** Back to the row as it is, or to an empty form. */
  function dropIt() {
    setBase(row);
    setOrigin(row ?? {});
    form.resetFields();
    forgetDraft();
  }

  /** Goes on with the row that is there already, with what has been typed laid over it. */
  async function goToTwin(id: string) {
    try {
      const there = await ledgers.get(ledger.slug, id);
      const values = overTwin(ledger, there, form.getFieldsValue(true));
      const began = Object.fromEntries(fields.map(({ key }) => [key, there[key]]));
      saveDraft(userId, draftOf(id), { version: there.version, base: began, values });
      forgetDraft();
      onTwin(id);
    } catch (error) {
      refuse(error);
    }
  }

  async function save(values: Record<string, unknown>, version = base?.version, before = base && { ...base, ...origin }) {
    onBusy(true);
    setRefusals([]);
    setTwin(null);
    try {
      const body = toBody(fields, withoutScores(ledger, values), before);
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
    if (error instanceof ApiError && error.code === "duplicate") {
      // Only who makes a row anew goes on with another one; who changes one has mixed up two.
      setTwin(base || !ledger.permissions.update ? null : ((error.current?.id as string | undefined) ?? null));
      setRefusals([describe(error)]);
      return;
    }
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
    goOnFrom(theirs, initialValues(ledger, theirs));
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
      {after && <Alert type="info" showIcon className="form-note" title={`原记录：${said(ledger, after)}`} />}
      {draftAt && (
        <Alert
          type="info"
          showIcon
          className="form-note"
          title={`已恢复 ${dateTime(new Date(draftAt).toISOString())} 未保存的草稿`}
          closable={{ "aria-label": "关闭" }}
          action={
            <Button size="small" onClick={dropIt}>
              放弃草稿
            </Button>
          }
        />
      )}
      {refusals.length > 0 && (
        <Alert
          type="error"
          showIcon
          className="form-note"
          role="alert"
          title={refusals.join("；")}
          action={
            twin && (
              <Button size="small" onClick={() => void goToTwin(twin)}>
                用填写的内容修改那一条
              </Button>
            )
          }
        />
      )}
      {grouped(fields).map((group) => (
        <fieldset key={group.title} className="form-group">
          <legend>{group.title}</legend>
          <div className="form-grid">
            {group.fields.map((field) => (
              <Item
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

function Item(props: { field: Field; parent: string | undefined; form: FormInstance; fixed: boolean }) {
  const { ledger } = useEngine();
  const rule = scoreRuleOf(ledger, props.field.key);
  const offer = ledger.offers?.find(({ field }) => field === props.field.key);
  if (offer) {
    return (
      <Suspense fallback={<FieldItem {...props} />}>
        <OfferedItem field={props.field} offer={offer} form={props.form} />
      </Suspense>
    );
  }
  return rule ? <ScoredItem field={props.field} rule={rule} form={props.form} /> : <FieldItem {...props} />;
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
