import type { Child } from './element.js';
import { type BodyOptions, bodyNodes } from './markup/body-nodes.js';

const BLOCKS: ReadonlySet<string> = new Set(['blockquote', 'ul', 'ol', 'li', 'pre']);
/** Classes of what is not part of the author's text. */
const NOTES: ReadonlySet<unknown> = new Set(['code-head', 'host', 'list-mark']);

/** @param changed changes the text of an element by its tag */
function textOf(nodes: readonly Child[], changed: (text: string, tag: string) => string): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else if (node && !NOTES.has(node.attributes.class)) {
      const inner = changed(textOf(node.children, changed), node.tag);
      text += BLOCKS.has(node.tag) ? `\n${inner}\n` : inner;
    }
  }
  return text;
}

/** The lines of a body as they are laid out, apart from line breaks for lack of space. Lines of code, which are not broken, are cut. */
export function layoutText(nodes: readonly Child[]): string {
  return textOf(nodes, (text, tag) => (tag === 'pre' ? text.replaceAll(/^(.{30}).+$/gm, '$1') : text))
    .replaceAll(/\n\n\n+/g, '\n\n\n')
    .trim();
}

/** A body without markup, in lines: the whole text, without empty lines. */
export function plainLines(body: string, options?: BodyOptions): string {
  return textOf(bodyNodes(body, options), (text) => text)
    .replaceAll(/\n\n+/g, '\n')
    .trim();
}

/**
 * A body as one line of text without markup, for quotes and notifications: its first line that is not quoted, or else the first
 * line.
 */
export function plainText(body: string, options?: BodyOptions): string {
  const nodes = bodyNodes(body, options);
  const firstLine = (text: string) => text.trim().split('\n', 1)[0]?.trim() ?? '';
  const unquoted = firstLine(textOf(nodes, (text, tag) => (tag === 'blockquote' ? '' : text)));
  return unquoted || firstLine(textOf(nodes, (text) => text));
}
