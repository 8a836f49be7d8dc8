/** Something that a list shows. */
export interface Item {
  key: string;
  /** Compared member by member with that of the last time: drawn anew when something is different. */
  version: readonly unknown[];
  draw(): HTMLElement;
}

interface Shown {
  element: HTMLElement;
  version: readonly unknown[];
}

/** Keeps the children of an element as a list of items says, touching only what has changed. */
export class KeyedList {
  #shown = new Map<string, Shown>();

  constructor(private readonly parent: HTMLElement) {}

  element(key: string): HTMLElement | undefined {
    return this.#shown.get(key)?.element;
  }

  render(items: readonly Item[]): void {
    const shown = new Map<string, Shown>();
    const focused = this.#focused();
    let next = this.parent.firstElementChild;
    for (const item of items) {
      const held = this.#shown.get(item.key);
      const isFresh = held !== undefined && isEqual(held.version, item.version);
      const element = isFresh ? held.element : item.draw();
      shown.set(item.key, { element, version: item.version });
      if (element === next) next = next.nextElementSibling;
      else {
        this.parent.insertBefore(element, next);
        if (held && !isFresh) {
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

  /** Which item has the keyboard focus, and which of its parts. */
  #focused(): { key: string; name: string } | null {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || !this.parent.contains(active)) return null;
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

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((member, i) => member === b[i]);
}
