import { textOf } from '../../server/http/pages/rows/action.js';
import type { Child } from '../../server/http/pages/rows/element.js';
import { messageBody } from '../../server/http/pages/rows/message-row.js';
import { UTC_TIME } from '../../server/http/pages/utc-time.js';

/** The elements and attributes of a body. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'title', 'rel', 'target', 'dir'],
  bdi: ['class', 'data-user'],
  blockquote: [],
  button: ['type', 'class', 'data-action'],
  code: ['data-language'],
  details: ['class'],
  div: ['class', 'dir'],
  em: [],
  li: [],
  ol: [],
  pre: ['dir', 'tabindex'],
  s: [],
  span: ['class', 'dir'],
  strong: [],
  summary: [],
  ul: [],
};
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:)/;
/** The address of a link with a text of its own, which is not shown. */
const ADDRESS = /\]\([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*\)/g;

/**
 * Renders a body, and checks that its elements and addresses are harmless and that all its letters are shown.
 * @returns what is wrong
 */
export function faultsOf(body: string): string[] {
  const trees = messageBody({ body, kind: 'message' }, UTC_TIME);
  const faults: string[] = [];
  let text = '';
  visit(trees);
  const lost = lettersLost(textOf({ body, kind: 'message' }).replaceAll(ADDRESS, ']'), text);
  return lost === '' ? faults : [...faults, `these letters are not shown: ${lost.slice(0, 40)}`];

  function visit(nodes: readonly Child[]): void {
    for (const node of nodes) {
      if (typeof node === 'string') text += node;
      if (typeof node === 'string' || !node) continue;
      const names = ATTRIBUTES[node.tag];
      if (!names) faults.push(`the element ${node.tag}`);
      for (const [name, value] of Object.entries(node.attributes)) {
        const isPresent = value !== null && value !== undefined && value !== false;
        if (isPresent && !names?.includes(name)) faults.push(`the attribute ${name} of ${node.tag}`);
      }
      const { href } = node.attributes;
      if (typeof href === 'string' && !SAFE_ADDRESS.test(href)) faults.push(`the address ${href}`);
      const { 'data-user': mentioned } = node.attributes;
      // A mention shows a name in the place of the id.
      if (typeof mentioned === 'string') text += mentioned;
      else visit(node.children);
    }
  }
}

/** The letters of a body from the first one on that is not in a text, in order. */
function lettersLost(body: string, text: string): string {
  const shown = text.match(/\p{L}/gu) ?? [];
  const letters = body.match(/\p{L}/gu) ?? [];
  let next = 0;
  const missing = letters.findIndex((letter) => {
    while (next < shown.length && shown[next] !== letter) next += 1;
    next += 1;
    return next > shown.length;
  });
  return missing < 0 ? '' : letters.slice(missing).join('');
}
