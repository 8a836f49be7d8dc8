/**
 * Sets a mark around the selection of a text, or removes it.
 * @returns the replacement of `from` to `to`, and the range in it that is selected afterwards
 */
export function marked(
  value: string,
  start: number,
  end: number,
  mark: string,
): { from: number; to: number; text: string; selected: [number, number] } {
  const { length } = mark;
  const isMarked =
    value.slice(start - length, start) === mark &&
    value.slice(end, end + length) === mark &&
    // A single asterisk next to two others is part of the mark of bold text.
    (length > 1 || value[start - 2] !== mark || value[start - 3] === mark);
  const inner = value.slice(start, end);
  if (isMarked && start >= length)
    return { from: start - length, to: end + length, text: inner, selected: [0, inner.length] };
  // Marks next to spaces would be text.
  const [before = ''] = /^\s*/.exec(inner) ?? [];
  const trimmed = inner.trim();
  const text =
    trimmed === ''
      ? mark + mark + inner
      : before + mark + trimmed + mark + inner.slice(before.length + trimmed.length);
  const at = trimmed === '' ? length : before.length + length;
  return { from: start, to: end, text, selected: [at, at + trimmed.length] };
}
