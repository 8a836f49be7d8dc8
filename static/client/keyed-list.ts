import type { ElementTree } from '../../server/http/pages/rows/element.js';
import { toNode } from './elements.js';
import { patch } from './patch.js';

/** An entry of a list. */
export interface Item {
  key: string;
  /** Compared member by member with the previous version: the item is drawn again when a member differs. */
  version: readonly unknown[];
  /** A tree is patched into the element of the previous version; an element replaces it. */
  draw(): Element | ElementTree<Node>;
}

interface Shown {
  element: Element;
  /** From which the element was drawn. */
  tree: ElementTree<Node> | null;
  version: readonly unknown[];
}

/** Makes the children of an element match a list of items, and touches only the items that have changed. */
export class KeyedList {
  readonly #parent: HTMLElement;
  #shown = new Map<string, Shown>();

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  element(key: string): Element | undefined {
    return this.#shown.get(key)?.element;
  }

  /** Whether items change or are new before the last one that stays. */
  isChangedBefore(items: readonly Item[]): boolean {
    const last = items.findLastIndex(({ key }) => this.#shown.has(key));
    return items.slice(0, Math.max(0, last)).some(({ key, version }) => {
      const held = this.#shown.get(key);
      return !held || !isEqual(held.version, version);
    });
  }

  render(items: readonly Item[]): void {
    const shown = new Map<string, Shown>();
    const focused = this.#focused();
    // First, so that the others need not move: to screen readers, a node that moves is a new one.
    const kept = new Set(items.map(({ key }) => key));
    for (const [key, { element }] of this.#shown) if (!kept.has(key)) element.remove();
    let next = this.#parent.firstElementChild;
    for (const item of items) {
      const held = this.#shown.get(item.key);
      const drawn = draw(item, held);
      shown.set(item.key, drawn);
      const { element } = drawn;
      if (element === next) next = next.nextElementSibling;
      else {
        this.#parent.insertBefore(element, next);
        if (held && held.element !== element) {
          if (held.element === next) next = next.nextElementSibling;
          held.element.remove();
        }
      }
    }
    while (next) {
      const gone = next;
      next = next.nextElementSibling;
      gone.remove();
    }
    this.#shown = shown;
    if (focused) this.#refocus(focused);
  }

  /** The item that has the keyboard focus, and the action of the focused part. */
  #focused(): { key: string; name: string } | null {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || !this.#parent.contains(active)) return null;
    for (const [key, { element }] of this.#shown) {
      if (element.contains(active)) return { key, name: active.dataset.action ?? '' };
    }
    return null;
  }

  #refocus({ key, name }: { key: string; name: string }): void {
    const element = this.element(key);
    if (!element || element.contains(document.activeElement)) return;
    element.querySelector<HTMLElement>(`[data-action="${name}"]`)?.focus();
  }
}

function draw({ version, draw }: Item, held: Shown | undefined): Shown {
  if (held && isEqual(held.version, version)) return held;
  const drawn = draw();
  if (drawn instanceof Element) return { element: drawn, tree: null, version };
  const element = held?.tree ? patch(held.element, held.tree, drawn) : toNode(drawn);
  return { element, tree: drawn, version };
}

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, i) => member === b[i]);
}
