/** The empty state of a list: a sentence that says what there is to do, and perhaps the way there. */
import { Empty } from "antd";
import type { ReactNode } from "react";

export function Nothing({ children }: { children: ReactNode }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={<span className="quiet">{children}</span>} />;
}
