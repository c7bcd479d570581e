/** Notices by ledger and department: a first import makes hundreds, and a heading for each kind of work makes them few. */
import { Button, Collapse } from "antd";
import { useState } from "react";
import type { NoticeGroup, NoticeQuery } from "../../api/notices";
import { count } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { LEVELS } from "./levels";
import { NoticeList } from "./NoticeList";

/** So many lines are read at a glance; more begin folded. */
const FEW = 20;

interface Props {
  groups: NoticeGroup[];
  total: number;
  query: NoticeQuery;
  onRead: ((query: NoticeQuery) => void) | null;
}

const keyOf = (group: NoticeGroup) => `${group.ledger}/${group.department_id}`;

export function Groups({ groups, total, query, onRead }: Props) {
  const [open, setOpen] = useState<string[] | null>(null);
  return (
    <Collapse
      className="notice-groups"
      collapsible="header"
      activeKey={open ?? (total <= FEW ? groups.map(keyOf) : [])}
      onChange={(keys) => setOpen(keys)}
      items={groups.map((group) => {
        const one = { ...query, ledger: group.ledger, department: group.department_id };
        return {
          key: keyOf(group),
          label: <Heading group={group} />,
          extra: onRead && (
            <Button size="small" onClick={() => onRead(one)} aria-label={`${nameOf(group)}：标为已读`}>
              标为已读
            </Button>
          ),
          children: <Opened query={one} label={`${nameOf(group)}的提醒`} />,
        };
      })}
    />
  );
}

function nameOf(group: NoticeGroup): string {
  return `${group.ledger_title} · ${group.department_name ?? "未知部门"}`;
}

function Heading({ group }: { group: NoticeGroup }) {
  return (
    <span className="notice-group">
      <b>
        {nameOf(group)}：{count(group.total)} 项
      </b>
      <span className="notice-group-levels">
        {Object.entries(LEVELS).map(([level, { tone, text }]) => {
          const number = group.levels[level as keyof typeof group.levels] ?? 0;
          return (
            number > 0 && (
              <StatusTag key={level} tone={tone}>
                {`${text} ${number}`}
              </StatusTag>
            )
          );
        })}
      </span>
    </span>
  );
}

function Opened({ query, label }: { query: NoticeQuery; label: string }) {
  const [page, setPage] = useState(1);
  return <NoticeList query={query} page={page} onPage={setPage} label={label} placed={false} />;
}
