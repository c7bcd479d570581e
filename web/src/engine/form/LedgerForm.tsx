/** The form of a ledger row, made from its fields: groups, rules, cascades, drafts, and what the server refuses. */
import { App, Alert, Button, Form, type FormInstance } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { ledgers } from "../../api/ledgers";
import { ApiError, describe, fieldErrors } from "../../api/problem";
import { useSession } from "../../api/session";
import { dropDraft, loadDraft, saveDraft } from "../../shared/drafts";
import { dateTime, today } from "../../shared/format";
import { isMasked } from "../../shared/identity";
import { useEngine } from "../field/context";
import { nameOf } from "../list/useRemove";
import {
  cascadeParents,
  editableFields,
  grouped,
  itemOf,
  movedField,
  type Field,
  type LedgerManifest,
  type Row,
} from "../schema";
import { ConflictDialog } from "./ConflictDialog";
import { FieldItem } from "./FieldItem";
import { isBlank, toBody } from "./rules";
import { ScoredItem } from "./ScoredItem";
import { isOpenLevel, scoreRuleOf, unusedFactors, withoutScores } from "./scoring";

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
  onTwin: (row: Row) => void;
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
  const [twin, setTwin] = useState<Row | null>(null);
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
  function goToTwin(there: Row) {
    const typed = Object.entries(form.getFieldsValue(true)).filter(([, value]) => !isBlank(value));
    const values = { ...initialValues(ledger, there), ...Object.fromEntries(typed) };
    // The days of the certificate before are not those of the one that is issued now: what is not typed is worked out.
    const { renewal } = ledger;
    if (renewal && String(values[renewal.by] ?? "") > String(there[renewal.by] ?? "")) {
      for (const { key, kind } of fields) {
        // Null and not undefined, which a draft would forget.
        if (kind === "day" && !renewal.carries.includes(key)) values[key] = form.getFieldValue(key) ?? null;
      }
    }
    const began = Object.fromEntries(fields.map(({ key }) => [key, there[key]]));
    const fixed = movedField(ledger, there);
    if (fixed) values[fixed] = there[fixed];
    saveDraft(userId, draftOf(there.id), { version: there.version, base: began, values });
    forgetDraft();
    onTwin(there);
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
      setTwin(base || !ledger.permissions.update ? null : (error.current as Row | null));
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
              <Button size="small" onClick={() => goToTwin(twin)}>
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

function initialValues(ledger: LedgerManifest, row: Row | null, departmentId?: string): Record<string, unknown> {
  return Object.fromEntries(
    editableFields(ledger).map((field) => {
      if (row && isOpenLevel(ledger, row, field.key)) return [field.key, undefined];
      // A saved row without an end says so, for what is left blank would be worked out.
      if (row) return [field.key, row[field.key] ?? field.blank_words?.[0]];
      if (field.key === "dept_id" && departmentId) return [field.key, departmentId];
      // A year that has to be given is this one more often than not.
      if (field.format === "year" && field.required) return [field.key, today().slice(0, 4)];
      return [field.key, field.default ?? undefined];
    }),
  );
}

/** Which row is succeeded: its name, its number, its dates. */
function said(ledger: LedgerManifest, row: Row): string {
  const due = ledger.expiry.map(({ field }) => field);
  const more = ledger.fields.filter(({ key, kind }) => (kind === "code" && ledger.natural_key.includes(key)) || due.includes(key));
  const words = more.filter(({ key }) => !isBlank(row[key])).map(({ key, title }) => `${title} ${String(row[key])}`);
  return [nameOf(ledger, row), ...words].join("，");
}

/** What a row hands on to its successor. A number that is shown masked cannot be handed on: it is typed again. */
function carried(ledger: LedgerManifest, after: Row | undefined): Record<string, unknown> {
  if (!after) return {};
  const keys = ledger.renewal?.carries ?? [];
  return Object.fromEntries(
    keys.map((key) => [key, after[key]] as const).filter(([, value]) => !(typeof value === "string" && isMasked(value))),
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
