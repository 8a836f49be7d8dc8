import type { Child } from '../../../server/http/pages/rows/element.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { h } from '../elements.js';

/** For how long the button of a copied block says so. */
const COPIED_MS = 2_000;
/** Coloured blocks that are kept, for rows that are drawn again. */
const MAX_COLOURED = 100;

type Highlighter = typeof import('./highlighter.js');

/** The blocks of code in a list of messages: colours for those in view, and buttons that copy. */
export class CodeBlocks {
  readonly #rows: HTMLElement;
  /** The code that an element had. An edit changes it. */
  readonly #seen = new WeakMap<Element, string>();
  readonly #visible = new IntersectionObserver((entries) => this.#show(entries));
  /** By language and code, the oldest first. */
  readonly #coloured = new Map<string, readonly Child[]>();
  #waiting: HTMLElement[] = [];

  constructor(rows: HTMLElement) {
    this.#rows = rows;
    rows.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest<HTMLElement>('.copy-code') : null;
      if (button) void copy(button);
    });
    new MutationObserver(() => this.#watch()).observe(rows, { childList: true, subtree: true });
    this.#watch();
  }

  /** A new block is observed. One that was drawn again has its colours before the next frame. */
  #watch(): void {
    for (const code of this.#rows.querySelectorAll<HTMLElement>('code[data-language]')) {
      const key = keyOf(code);
      if (this.#seen.get(code) === key) continue;
      this.#seen.set(code, key);
      const children = this.#coloured.get(key);
      if (children) fill(code, children);
      else this.#visible.observe(code);
    }
  }

  #show(entries: readonly IntersectionObserverEntry[]): void {
    const isIdle = this.#waiting.length === 0;
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      this.#visible.unobserve(target);
      this.#waiting.push(target);
    }
    if (!isIdle || this.#waiting.length === 0) return;
    import('./highlighter.js').then(
      (highlighter) => this.#colourNext(highlighter),
      // Without a connection the code has no colours.
      () => {
        this.#waiting = [];
      },
    );
  }

  /** One block in a task, so that the page can react in between. */
  #colourNext(highlighter: Highlighter): void {
    const code = this.#waiting.shift();
    if (!code) return;
    const key = keyOf(code);
    const children = highlighter.highlight(code.textContent ?? '', code.dataset.language ?? '');
    if (children) {
      this.#coloured.set(key, children);
      for (const oldest of this.#coloured.keys()) {
        if (this.#coloured.size <= MAX_COLOURED) break;
        this.#coloured.delete(oldest);
      }
      fill(code, children);
    }
    setTimeout(() => this.#colourNext(highlighter));
  }
}

const keyOf = (code: HTMLElement) => `${code.dataset.language} ${code.textContent}`;

function fill(code: HTMLElement, children: readonly Child[]): void {
  code.replaceChildren(...h('code', {}, ...children).childNodes);
}

async function copy(button: HTMLElement): Promise<void> {
  const code = button.closest('.code-block')?.querySelector('pre')?.textContent ?? '';
  try {
    await navigator.clipboard.writeText(code);
  } catch {
    return;
  }
  button.textContent = t('message.copied');
  setTimeout(() => {
    button.textContent = t('message.copyCode');
  }, COPIED_MS);
}
