/** What stands for a page while it is loaded. Plain boxes on white: antd's skeleton is all but invisible on the grey of
 * the shell, and would have to be loaded itself. */
export function Loading() {
  return (
    <div className="loading" role="status" aria-label="正在加载">
      {["30%", "100%", "100%", "80%", "100%", "60%"].map((width, index) => (
        <span key={index} style={{ width }} />
      ))}
    </div>
  );
}
