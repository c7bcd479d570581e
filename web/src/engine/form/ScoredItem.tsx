/** A field of a risk matrix: a factor is one of the values of the chosen method, the score and the level are worked out. */
import { Form, Select, type FormInstance } from "antd";
import { useEngine } from "../field/context";
import { pick, type InputProps } from "../field/inputs";
import { WorkedOut } from "../field/WorkedOut";
import { itemOf, type Field, type ScoreRule } from "../schema";
import { FieldItem } from "./FieldItem";
import { matrixOf, worked } from "./scoring";

interface Props {
  field: Field;
  rule: ScoreRule;
  form: FormInstance;
}

export function ScoredItem({ field, rule, form }: Props) {
  const { ledger } = useEngine();
  const values = (Form.useWatch([], { form, preserve: true }) ?? {}) as Record<string, unknown>;
  const matrix = matrixOf(rule, values);
  const result = worked(rule, values);
  const usual = <FieldItem field={field} parent={undefined} form={form} />;
  if (field.key === rule.score) {
    if (!matrix) return usual;
    return (
      <Form.Item label={field.title} extra={`${namesOf(ledger.fields, matrix.factors)}选好后自动算出`}>
        <output className="worked-out-value" aria-live="polite">
          {result ? (
            <>
              <span className="number">{result.score}</span> <WorkedOut />
            </>
          ) : (
            <span className="quiet">—</span>
          )}
        </output>
      </Form.Item>
    );
  }
  if (field.key === rule.level) {
    const level = ledger.fields.find((one) => one.key === rule.level)!;
    const label = result?.level && itemOf(ledger, level, result.level)?.label;
    return (
      <FieldItem field={field} parent={undefined} form={form} {...(label ? { placeholder: `${label}（推算）` } : {})} />
    );
  }
  const allowed = matrix?.factors[field.key];
  // What the method does not use is not asked for, and has been cleared.
  return allowed ? <FieldItem field={field} parent={undefined} form={form} input={factorInput(allowed)} /> : null;
}

function namesOf(fields: Field[], factors: Record<string, unknown>): string {
  return fields.flatMap(({ key, title }) => (key in factors ? [title] : [])).join("、");
}

const INPUTS = new Map<string, (props: InputProps) => React.ReactNode>();

/** The drop-down of a factor; one component for each list of values, so that it keeps its state between renderings. */
function factorInput(allowed: number[]): (props: InputProps) => React.ReactNode {
  const key = allowed.join();
  const known = INPUTS.get(key);
  if (known) return known;
  const made = ({ value, onChange, field: _field, parentValue: _parent, placeholder: _words, ...rest }: InputProps) => (
    <Select
      {...pick(rest)}
      value={value === undefined || value === null || value === "" ? null : String(value)}
      onChange={(next) => onChange?.(next ?? null)}
      options={allowed.map((one) => ({ value: String(one), label: String(one) }))}
      allowClear
      placeholder="请选择"
    />
  );
  INPUTS.set(key, made);
  return made;
}
