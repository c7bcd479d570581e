/** The search bar above a list: one row of filters, the rest behind 展开; Enter searches, Esc empties the keyword. */
import { DownOutlined, FilterOutlined, SearchOutlined, UpOutlined } from "@ant-design/icons";
import { Alert, Button, Input } from "antd";
import { useEffect, useState } from "react";
import { usePhone } from "../../shared/usePhone";
import { kindOf } from "../field/registry";
import { searchProblem, settled, type Filters } from "../field/searches";
import type { LedgerManifest } from "../schema";

interface Props {
  ledger: LedgerManifest;
  q: string;
  filters: Filters;
  busy: boolean;
  onSearch: (q: string, filters: Filters) => void;
}

const FIRST_ROW = 3;

export function SearchBar({ ledger, q, filters, busy, onSearch }: Props) {
  const searched = ledger.fields.filter((field) => field.search);
  // The department tree at the left does the work of a department filter.
  const fields = ledger.fields.filter((field) => field.filter && !(ledger.by_department && field.key === "dept_id"));
  const [text, setText] = useState(q);
  const [draft, setDraft] = useState(filters);
  const phone = usePhone();
  const [folded, setFolded] = useState(true);
  // What is wrong is said when a search is asked for, not while the date is being typed.
  const [asked, setAsked] = useState(false);
  // Behind 筛选 there is room for all of them.
  const hidden = phone ? [] : fields.slice(FIRST_ROW);
  const [open, setOpen] = useState(() => hidden.some((field) => keysOf(field.key).some((key) => filters[key])));

  // The address is the truth: going back, or a link with filters, changes what the bar shows.
  const address = JSON.stringify([q, filters]);
  useEffect(() => {
    setText(q);
    setDraft(filters);
    setAsked(false);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `address` stands for both
  }, [address]);

  if (searched.length === 0 && fields.length === 0) return null;
  const shown = !phone || !folded;
  const active = (q ? 1 : 0) + new Set(Object.keys(filters).map((key) => key.replace(/\.\w+$/, ""))).size;
  const problems = fields.flatMap((field) => searchProblem(field, draft) ?? []);
  const change = (part: Filters) => setDraft((before) => withoutBlanks({ ...before, ...part }));
  return (
    <form
      className="search-bar no-print"
      role="search"
      aria-label={`查询${ledger.title}`}
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (problems.length > 0) return;
        setFolded(true);
        onSearch(text.trim(), settled(fields, draft));
      }}
    >
      {phone && (
        <Button
          block
          icon={<FilterOutlined aria-hidden />}
          aria-expanded={!folded}
          onClick={() => setFolded(!folded)}
        >
          筛选{active > 0 && `（已设 ${active} 项）`}
        </Button>
      )}
      {shown && searched.length > 0 && (
        <div className="search-item">
          <label htmlFor={`${ledger.slug}-q`}>关键字</label>
          <Input
            id={`${ledger.slug}-q`}
            value={text}
            allowClear
            placeholder={hintOf(searched.map((field) => field.title))}
            title={searched.map((field) => field.title).join("、")}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && setText("")}
          />
        </div>
      )}
      {(!shown ? [] : open || phone ? fields : fields.slice(0, FIRST_ROW)).map((field) => {
        const { search: Search, wideSearch } = kindOf(field.kind);
        const id = `${ledger.slug}-search-${field.key}`;
        return (
          <div className={wideSearch ? "search-item wide" : "search-item"} key={field.key}>
            <label htmlFor={id}>{field.title}</label>
            <Search field={field} id={id} filters={draft} onChange={change} />
          </div>
        );
      })}
      {asked && problems.length > 0 && (
        <Alert type="error" showIcon role="alert" className="search-wrong" title={problems.join("；")} />
      )}
      {shown && (
        <div className="search-actions">
          <Button type="primary" htmlType="submit" icon={<SearchOutlined aria-hidden />} loading={busy}>
            查询
          </Button>
          <Button
            onClick={() => {
              setText("");
              setDraft({});
              onSearch("", {});
            }}
          >
            重置
          </Button>
          {hidden.length > 0 && (
            <Button
              type="link"
              aria-expanded={open}
              icon={open ? <UpOutlined aria-hidden /> : <DownOutlined aria-hidden />}
              onClick={() => setOpen(!open)}
            >
              {open ? "收起" : "展开"}
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

/** As many Chinese characters as the field shows beside its clear button at 1366 pixels. */
const HINT_LENGTH = 11;

/** The first of the searched fields, as many as can be read; a title is never cut. */
export function hintOf(titles: string[]): string {
  const whole = titles.join("、");
  if (whole.length <= HINT_LENGTH + 1) return whole;
  const shown = [titles[0]!];
  for (const title of titles.slice(1)) {
    if ([...shown, title].join("、").length > HINT_LENGTH) break;
    shown.push(title);
  }
  return `${shown.join("、")}等`;
}

function keysOf(key: string): string[] {
  return [key, `${key}.gte`, `${key}.lte`, `${key}.in`];
}

function withoutBlanks(filters: Filters): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}
