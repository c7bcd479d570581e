/** The figures of the radar on 首页. */
import { LEVELS, shifted, SPANS } from "../radar/filters";

export interface Figure {
  text: string;
  to: string;
  number: number;
}

/** 已超期, and what is due within so many days from today on: each counts what its address lists. */
export function figuresOf(on: string, days: { day: string; count: number }[]): Figure[] {
  const sum = (wanted: (day: string) => boolean) =>
    days.reduce((total, { day, count: number }) => total + (wanted(day) ? number : 0), 0);
  return [
    { text: LEVELS.overdue.text, to: "/radar?level=overdue", number: sum((day) => day < on) },
    ...SPANS.map((span) => {
      const until = shifted(on, span);
      return {
        text: `${span} 天内到期`,
        to: `/radar?start=${on}&until=${until}`,
        number: sum((day) => day >= on && day <= until),
      };
    }),
  ];
}
