/** One field of a form: its label, its control, its help, and its rules as they are said while one types. */
import { Form, type FormInstance } from "antd";
import type { FormInput } from "../field/inputs";
import { kindOf } from "../field/registry";
import type { Field } from "../schema";
import { isRequired, problemOf } from "./rules";

interface Props {
  field: Field;
  /** The field whose choice narrows this one's. */
  parent: string | undefined;
  form: FormInstance;
  /** Entries alone change it (出入库). */
  fixed?: boolean;
  /** A control in place of that of the kind: one that is picked from. */
  input?: FormInput;
  placeholder?: string;
}

export function FieldItem({ field, parent, form, fixed = false, input, placeholder }: Props) {
  const kind = kindOf(field.kind);
  const Input = input ?? kind.input;
  const when = field.required_when?.field;
  const deciding = Form.useWatch(when ?? "", form);
  const parentValue = Form.useWatch(parent ?? "", form);
  const required = isRequired(field, when ? { [when]: deciding } : {});
  const extra = fixed ? `已启用出入库登记，${field.title}请用入库、领用或盘点修改` : field.help;
  return (
    <Form.Item
      name={field.key}
      label={field.title}
      required={required}
      validateTrigger={kind.typed && !input ? "onBlur" : "onChange"}
      className={kind.wide ? "wide" : ""}
      {...(extra ? { extra } : {})}
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
      <Input
        field={field}
        disabled={fixed}
        parentValue={parent ? parentValue : undefined}
        {...(placeholder ? { placeholder } : {})}
      />
    </Form.Item>
  );
}
