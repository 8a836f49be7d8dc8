import type { Child } from './rows/element.js';

/** Finished HTML, which is placed into a tree as it is. Made by `toHtml` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const VOID_TAGS = new Set(['br', 'hr', 'img', 'input', 'wbr']);
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Writes trees one after the other as HTML. Texts and the values of attributes are escaped. */
export function toHtml(...children: Child<Html>[]): string {
  let html = '';
  for (const child of children) html += childHtml(child);
  return html;
}

function childHtml(child: Child<Html>): string {
  if (child === false || child === null || child === undefined) return '';
  if (typeof child === 'string') return escapeHtml(child);
  if (child instanceof Html) return child.text;
  const { tag, attributes, children } = child;
  let html = `<${tag}`;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) html += ` ${name}`;
    else if (typeof value === 'string') html += ` ${name}="${escapeHtml(value)}"`;
  }
  return VOID_TAGS.has(tag) ? `${html}>` : `${html}>${toHtml(...children)}</${tag}>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}
