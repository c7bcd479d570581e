/** A text for which the rows of another ledger have the words (对应预算项目): picked from, or typed. */
import { useQuery } from "@tanstack/react-query";
import { AutoComplete, Form, type FormInstance } from "antd";
import { createContext, use, useMemo } from "react";
import { ledgers } from "../../api/ledgers";
import { pick, type InputProps } from "../field/inputs";
import { useEngine } from "../field/context";
import type { Field, LedgerManifest, Offer } from "../schema";
import { FieldItem } from "./FieldItem";
import { wordsOf } from "./offers";

interface Props {
  field: Field;
  offer: Offer;
  form: FormInstance;
}

const MOST = 200;
const Words = createContext<string[]>([]);

export default function OfferedItem({ field, offer, form }: Props) {
  const values = (Form.useWatch([], { form, preserve: true }) ?? {}) as Record<string, unknown>;
  const query = Object.fromEntries(offer.same.flatMap((key) => (values[key] ? [[key, String(values[key])]] : [])));
  const { ledger } = useEngine();
  const { data } = useQuery({
    queryKey: ["rows", offer.ledger, "offered", query],
    queryFn: ({ signal }) => ledgers.list(offer.ledger, { ...query, size: String(MOST) }, signal),
    enabled: !offer.same.some((key) => isHalfAYear(ledger, key, query[key])),
    // A list that is away offers nothing; the text can be typed all the same.
    retry: false,
  });
  const words = useMemo(() => wordsOf(data?.items ?? [], offer.source), [data, offer.source]);
  return (
    <Words value={words}>
      <FieldItem field={field} parent={undefined} form={form} input={OfferedInput} />
    </Words>
  );
}

/** A year that is still being typed is not asked about. */
function isHalfAYear(ledger: LedgerManifest, key: string, typed: string | undefined): boolean {
  if (typed === undefined || /^\d{4}$/.test(typed)) return false;
  return ledger.fields.find((field) => field.key === key)?.format === "year";
}

function OfferedInput({ field, value, onChange, parentValue: _parent, ...rest }: InputProps) {
  const words = use(Words);
  return (
    <AutoComplete
      {...pick(rest)}
      value={(value as string) ?? ""}
      onChange={(next: string) => onChange?.(next)}
      options={words.map((word) => ({ value: word }))}
      showSearch={{ filterOption: (typed, option) => String(option?.value).includes(typed.trim()) }}
      placeholder={words.length > 0 ? `可从 ${words.length} 项中选择，也可直接填写` : field.example ? `例：${field.example}` : ""}
      maxLength={field.max_length ?? undefined}
      allowClear
    />
  );
}
