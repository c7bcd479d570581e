/** One notice: what, how urgent, until when; opening it marks it as read and goes to its row. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalogue } from "../../api/manifest";
import { notices } from "../../api/notices";
import type { Notice, Page } from "../../api/types";
import type { Tone } from "../../app/theme";
import { daysUntil } from "../../shared/format";
import { StatusTag } from "../../shared/StatusTag";

const TONE: Record<string, Tone> = { yellow: "yellow", orange: "orange", red: "red", overdue: "red" };

export function useReadNotice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => notices.read(id),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
}

/** How near the due date is now; a notice says what was true on the day that it was made. */
export function urgency(notice: Notice): string {
  if (!notice.due_on) return "提醒";
  const left = daysUntil(notice.due_on);
  if (left < 0) return `已超期 ${-left} 天`;
  return left === 0 ? "今日到期" : `剩 ${left} 天`;
}

/** The page that shows the row of a notice; null when it is not one of this person's pages. */
export function placeOf(notice: Notice, pages: Page[]): string | null {
  if (!notice.ref) return null;
  const page = pages.find((candidate) => candidate.key === notice.ref!.type);
  return page ? `${page.path}?row=${notice.ref.id}` : null;
}

export function NoticeLine({ notice, onOpen }: { notice: Notice; onOpen?: () => void }) {
  const read = useReadNotice();
  const pages = useCatalogue().data?.pages ?? [];
  const place = placeOf(notice, pages);
  const open = () => {
    if (!notice.read_at) read.mutate(notice.id);
    onOpen?.();
  };
  const body = (
    <>
      <StatusTag tone={TONE[notice.level ?? ""] ?? "grey"}>{urgency(notice)}</StatusTag>
      <span className={notice.read_at ? "notice-title" : "notice-title notice-unread"}>{notice.title}</span>
      {notice.due_on && <span className="notice-due">到期 {notice.due_on}</span>}
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
