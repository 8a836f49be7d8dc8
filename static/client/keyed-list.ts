/** An entry of a list. */
export interface Item {
  key: string;
  /** Compared member by member with the previous version: the item is drawn again when a member differs. */
  version: readonly unknown[];
  draw(): Element;
}

interface Shown {
  element: Element;
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

  render(items: readonly Item[]): void {
    const shown = new Map<string, Shown>();
    const focused = this.#focused();
    let next = this.#parent.firstElementChild;
    for (const item of items) {
      const held = this.#shown.get(item.key);
      const isFresh = held !== undefined && isEqual(held.version, item.version);
      const element = isFresh ? held.element : item.draw();
      shown.set(item.key, { element, version: item.version });
      if (element === next) next = next.nextElementSibling;
      else {
        this.#parent.insertBefore(element, next);
        if (held && !isFresh) {
          keepOpen(held.element, element);
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

/** A long message that the reader has expanded stays expanded. */
function keepOpen(from: Element, to: Element): void {
  if (from.querySelector('details[open]')) to.querySelector('details')?.setAttribute('open', '');
}

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, i) => member === b[i]);
}
