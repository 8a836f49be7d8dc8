import type { Child } from '../../server/http/pages/rows/element.js';
import type { MarkupOptions } from '../../server/http/pages/rows/markup/markup-nodes.js';

type Parser = typeof import('../../server/http/pages/rows/markup/markup-nodes.js');

let parser: Parser | null = null;
let loading: Promise<void> | null = null;
const listeners = new Set<() => void>();

/** Takes the place of `markupNodes` in the page's script: shows the text with its marks until the parser is loaded. */
export function markupNodes(text: string, options: MarkupOptions): readonly Child[] {
  if (parser) return parser.markupNodes(text, options);
  void loadMarkup();
  return [text];
}

/** Loads the parser of markup. Resolves also if it cannot be loaded; the next message with markup then loads it again. */
export function loadMarkup(): Promise<void> {
  loading ??= import('../../server/http/pages/rows/markup/markup-nodes.js').then(
    (loaded) => {
      parser = loaded;
      for (const listener of listeners) listener();
      listeners.clear();
    },
    () => {
      loading = null;
    },
  );
  return loading;
}

/** Rows that were drawn before have to be drawn again after it. */
export function isMarkupLoaded(): boolean {
  return parser !== null;
}

/** Calls the listener when the parser is loaded, or at once. */
export function whenMarkupLoaded(listener: () => void): void {
  if (parser) listener();
  else listeners.add(listener);
}
