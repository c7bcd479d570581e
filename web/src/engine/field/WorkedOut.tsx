/** The word behind a value that a rule has worked out and nobody has written. */
export function WorkedOut({ title = "按规则推算，不是填写的" }: { title?: string }) {
  return (
    <span className="quiet worked-out" title={title}>
      推算
    </span>
  );
}
