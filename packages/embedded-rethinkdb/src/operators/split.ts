const WHITESPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
const COMBINING = /^\p{M}$/u;

/** Splits a string at a separator, between its characters (`''`) or at whitespace (null), at most `most` times. */
export function split(text: string, separator: string | null, most: number): string[] {
  if (separator === null) return splitAtWhitespace(text, most);
  return separator === '' ? splitCharacters(text, most) : splitAt(text, separator, most);
}

function splitAt(text: string, separator: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < most) {
    const at = text.indexOf(separator, from);
    if (at < 0) break;
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** A combining mark stays with the character before it. */
function splitCharacters(text: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    if (parts.length === most) {
      parts.push(text.slice(from));
      break;
    }
    let to = from + characterAt(text, from).length;
    for (let next = characterAt(text, to); COMBINING.test(next); next = characterAt(text, to))
      to += next.length;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

/** The character that begins at a position; empty at the end. */
function characterAt(text: string, position: number): string {
  const codePoint = text.codePointAt(position);
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
}

function splitAtWhitespace(text: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    while (from < text.length && WHITESPACE.test(text.charAt(from))) from++;
    if (from >= text.length) return parts;
    if (parts.length >= most) {
      parts.push(text.slice(from));
      return parts;
    }
    let to = from;
    while (to < text.length && !WHITESPACE.test(text.charAt(to))) to++;
    parts.push(text.slice(from, to));
    from = to;
  }
}
