/** One notice: what, how urgent, until when; opening it marks it as read and goes to its row. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalogue } from "../../api/manifest";
import { notices } from "../../api/notices";
import type { Page } from "../../api/types";
import type { Notice } from "../../api/notices";
import { dateTime } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";
import { LEVELS } from "./levels";

const PLAIN = { tone: "grey" as const, text: "提醒" };

/** Why a notice needs nobody any more. */
const CLOSED: Record<string, string> = {
  changed: "日期已更新",
  deleted: "记录已删除",
  retired: "已停用或注销",
  refilled: "已补足",
  replaced: "已换新证",
  mended: "已改正",
  done: "已复审/已完成",
};

export function useReadNotice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => notices.read(id),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
}

/** The page that shows the row of a notice, or the list with its rows; null when it is not one of this person's pages. */
export function placeOf(notice: Notice, pages: Page[]): string | null {
  if (!notice.ref) return null;
  const page = pages.find((candidate) => candidate.key === notice.ref!.type);
  if (!page) return null;
  return notice.ref.search
    ? `${page.path}?q=${encodeURIComponent(notice.ref.search)}`
    : `${page.path}?row=${notice.ref.id}`;
}

interface Props {
  notice: Notice;
  onOpen?: () => void;
  /** Whether it says of which ledger and department it is. */
  placed?: boolean;
}

export function NoticeLine({ notice, onOpen, placed = true }: Props) {
  const read = useReadNotice();
  const pages = useCatalogue().data?.pages ?? [];
  const place = placeOf(notice, pages);
  const open = () => {
    if (!notice.read_at) read.mutate(notice.id);
    onOpen?.();
  };
  const level = LEVELS[notice.level ?? ""] ?? PLAIN;
  const closed = notice.closed_at ? (CLOSED[notice.close_reason ?? ""] ?? "已处理") : null;
  const body = (
    <>
      <StatusTag tone={closed ? "grey" : level.tone}>{closed ?? level.text}</StatusTag>
      <span className="notice-title">
        <span className={notice.read_at || closed ? "" : "notice-unread"}>{notice.title}</span>
        {placed && (
          <small className="notice-place">
            {[notice.ledger_title, notice.department_name].filter(Boolean).join(" · ")}
          </small>
        )}
      </span>
      {notice.created_at && <span className="notice-due">{dateTime(notice.created_at).slice(5)}</span>}
    </>
  );
  return place ? (
    <Link to={place} onClick={open} className="notice-line">
      {body}
    </Link>
  ) : (
    <button type="button" onClick={open} className="notice-line" title="标为已读">
      {body}
    </button>
  );
}
