/** The levels of warnings in words and colours, the most urgent first. */
import type { Tone } from "../../app/theme";

export const LEVELS: Record<string, { tone: Tone; text: string }> = {
  overdue: { tone: "crimson", text: "已超期" },
  red: { tone: "red", text: "红色预警" },
  orange: { tone: "orange", text: "橙色预警" },
  yellow: { tone: "yellow", text: "黄色预警" },
};
