/** A small coloured label. Not antd's Tag: the colours of its presets are too faint to read. */
import type { ReactNode } from "react";
import { TONES, type Tone } from "../app/theme";

export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="status-tag" style={TONES[tone]} {...(typeof children === "string" ? { title: children } : {})}>
      {children}
    </span>
  );
}
