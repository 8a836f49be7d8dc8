/** Text of the interface: letters that are not in an expression, and not the name of the product. */
const isText = (text: string) => /\p{L}{2}/u.test(text.replaceAll('Changeroom', ''));

/** Attributes that readers see or hear. */
const SHOWN_ATTRIBUTE = /\b(?:aria-label|title|placeholder|alt)='([^']*)'/gu;
const CODE =
  /^(?:-|\/\/|=|!=|\+|if\b|else\b|each\b|case\b|when\b|include\b|extends\b|block\b|mixin\b|doctype\b|const\b)/u;

/** The texts in a pug template that are not texts of message files. */
export function untranslatedInView(source: string): string[] {
  return source.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    if (CODE.test(trimmed)) return [];
    const shown = [...trimmed.matchAll(SHOWN_ATTRIBUTE)].map(([, value = '']) => value);
    return [...shown, textOf(trimmed)].filter(isText);
  });
}

/** The text of a line: after a bar, or after a tag and its attributes. */
function textOf(line: string): string {
  if (line.startsWith('|')) return line.slice(1).trim();
  const tag = /^(?:[a-z][\w-]*)?(?:[.#][\w-]+)*/u.exec(line)?.[0] ?? '';
  let end = tag.length;
  if (tag === '') return '';
  if (line[end] === '(') {
    let depth = 0;
    do {
      if (line[end] === '(') depth += 1;
      else if (line[end] === ')') depth -= 1;
      end += 1;
    } while (depth > 0 && end < line.length);
  }
  return line[end] === ' ' ? line.slice(end + 1).trim() : '';
}

/** Places where a script shows a text: children, attributes, text contents. */
const SHOWN = [
  /(?<!\blog\.\w+\(\{[^}]*)\}, '([^']*)'/gu,
  /(?:'aria-label'|\btitle|\bplaceholder|\balt): '([^']*)'/gu,
  /textContent = '([^']*)'/gu,
  /\bsetText\([^,()]+, '([^']*)'/gu,
  /\b(?:element|h)\('\w+', [\w.]+, '([^']*)'/gu,
  /\breturn '(\p{Lu}[^']*)'/gu,
  // A sentence.
  /(?<!Error\()['`](\p{Lu}\p{Ll}+(?: \p{Ll}+)+[^'`\n]*)['`]/gu,
];

/** The texts in a script of the page that are not texts of message files. */
export function untranslatedInScript(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/gu, '');
  const found = SHOWN.flatMap((place) => [...code.matchAll(place)].map(([, text = '']) => text));
  return [...new Set(found.filter(isText))];
}
