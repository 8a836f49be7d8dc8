/** A log that is scrolled by fewer pixels counts as being at its end. */
const END_TOLERANCE_PX = 48;

/**
 * The scrolling log. The style sheet lays it out from the bottom (`column-reverse`), so that it starts at the newest
 * message even without a script. `scrollTop` is 0 at the end and negative above it.
 */
export class Scroller {
  readonly #log: HTMLElement;
  readonly #rows: HTMLElement;

  constructor(log: HTMLElement, rows: HTMLElement) {
    this.#log = log;
    this.#rows = rows;
  }

  get isAtEnd(): boolean {
    return this.#log.scrollTop > -END_TOLERANCE_PX;
  }

  /** Less than a screen of messages is left above. */
  get isNearStart(): boolean {
    const { scrollHeight, clientHeight, scrollTop } = this.#log;
    return scrollHeight + scrollTop - clientHeight < clientHeight;
  }

  /** Less than a screen of messages is left below. */
  get isNearEnd(): boolean {
    return -this.#log.scrollTop < this.#log.clientHeight;
  }

  toEnd(): void {
    this.#log.scrollTop = 0;
  }

  /** Scrolls a row to the middle of the log. */
  center(row: Element | null): void {
    if (!row) return;
    const place = row.getBoundingClientRect();
    const { top, height } = this.#log.getBoundingClientRect();
    this.#log.scrollTop += place.top + Math.min(place.height, height) / 2 - (top + height / 2);
  }

  /** Scrolls a row to the upper part of the log, unless it is visible. */
  show(row: Element | null): void {
    if (!row) return;
    const { clientHeight } = this.#log;
    const place = row.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
    if (place < 0 || place > clientHeight) this.#log.scrollTop += place - clientHeight / 5;
  }

  /** Expands or collapses a part of a row, below which the log grows or shrinks. The place of the row stays. */
  toggle(part: HTMLDetailsElement): void {
    const before = part.parentElement?.getBoundingClientRect().top ?? 0;
    part.open = !part.open;
    this.#log.scrollTop += (part.parentElement?.getBoundingClientRect().top ?? 0) - before;
  }

  /**
   * Makes a change without moving the visible messages.
   * @param staysAtEnd the log shows the newest messages, and will show those that the change adds
   */
  keepPlace(staysAtEnd: boolean, change: () => void): void {
    if (staysAtEnd) {
      change();
      this.toEnd();
      return;
    }
    const places = this.#visibleRows();
    change();
    const place = places.find(({ id }) => this.#row(id));
    const row = place && this.#row(place.id);
    if (row) this.#log.scrollTop += row.getBoundingClientRect().top - place.top;
  }

  /** The (partly) visible messages and their distance from the top. More than one, because any may be deleted. */
  #visibleRows(): { id: string; top: number }[] {
    const { top, bottom } = this.#log.getBoundingClientRect();
    const places: { id: string; top: number }[] = [];
    for (const row of this.#rows.querySelectorAll<HTMLElement>('[data-id]')) {
      const place = row.getBoundingClientRect();
      if (place.top > bottom) break;
      if (place.bottom > top) places.push({ id: row.dataset.id ?? '', top: place.top });
    }
    return places;
  }

  #row(id: string): Element | null {
    return this.#rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }
}
