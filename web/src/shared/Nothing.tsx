/** The empty state of a list: a sentence that says what there is to do. */
import { Empty } from "antd";

export function Nothing({ children }: { children: string }) {
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={<span className="quiet">{children}</span>} />;
}
