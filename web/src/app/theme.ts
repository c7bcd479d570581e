/** The design tokens. The colours that differ from antd's own reach a contrast of 4.5:1 (WCAG 2.1 AA). */
import type { ThemeConfig } from "antd";

export const theme: ThemeConfig = {
  cssVar: { key: "app" },
  hashed: false,
  token: {
    colorPrimary: "#0958d9",
    colorPrimaryHover: "#0a4cb8",
    colorLink: "#0958d9",
    colorLinkHover: "#0a4cb8",
    colorError: "#cf1322",
    colorSuccess: "#237804",
    colorSuccessBg: "#f0f9eb",
    colorSuccessBorder: "#95c77e",
    colorWarning: "#ad4e00",
    colorWarningBg: "#fff7e6",
    colorWarningBorder: "#ffc069",
    colorErrorBg: "#fff1f0",
    colorErrorBorder: "#ffa39e",
    colorTextPlaceholder: "#6b6b6b",
    colorTextDescription: "rgba(0,0,0,0.65)",
    colorTextTertiary: "rgba(0,0,0,0.62)",
    borderRadius: 6,
    fontFamily: '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif',
  },
  components: {
    Table: { headerBg: "#f5f7fa", rowHoverBg: "#eef4ff", cellPaddingBlockSM: 6 },
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff", bodyBg: "#f0f2f5" },
  },
};

/** For people whose system asks for less motion (WCAG 2.1, 2.3.3): dialogs and menus are there at once. */
export const withoutMotion: ThemeConfig = { ...theme, token: { ...theme.token, motion: false } };

/** Status colours as pairs of background and text, each at least 4.5:1. */
export const TONES = {
  green: { background: "#e9f7e1", color: "#135200" },
  blue: { background: "#e6f0ff", color: "#003a8c" },
  yellow: { background: "#fff7cc", color: "#614700" },
  orange: { background: "#ffe7d1", color: "#873800" },
  red: { background: "#ffe3e0", color: "#a8071a" },
  /** Beyond red: what is too late already, beside what is about to be. */
  crimson: { background: "#a8071a", color: "#ffffff" },
  purple: { background: "#f4e8ff", color: "#391085" },
  cyan: { background: "#ddf7f5", color: "#00474f" },
  grey: { background: "#eceff3", color: "#3b4252" },
} as const;

export type Tone = keyof typeof TONES;

const SYNONYMS: Record<string, Tone> = {
  success: "green",
  processing: "blue",
  warning: "orange",
  error: "red",
  gold: "yellow",
  volcano: "red",
  magenta: "red",
  gray: "grey",
  default: "grey",
  geekblue: "blue",
  lime: "green",
};

/** The pair for a colour named by a dictionary; a colour that is not known comes as grey. */
export function toneOf(color: string | null | undefined): Tone {
  if (!color) return "grey";
  return color in TONES ? (color as Tone) : (SYNONYMS[color] ?? "grey");
}
