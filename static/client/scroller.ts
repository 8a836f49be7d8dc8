/** Pixels from the end that still count as being there. */
const NEAR = 48;

/**
 * The scrolling log. Its style sheet lays it out from the bottom (`column-reverse`), so that it starts at the newest
 * message even without a script, and `scrollTop` counts from there: 0 at the end, negative further up.
 */
export class Scroller {
  constructor(
    private readonly log: HTMLElement,
    private readonly rows: HTMLElement,
  ) {}

  get isAtEnd(): boolean {
    return this.log.scrollTop > -NEAR;
  }

  /** Less than a screen is left above. */
  get isNearStart(): boolean {
    const { scrollHeight, clientHeight, scrollTop } = this.log;
    return scrollHeight + scrollTop - clientHeight < clientHeight;
  }

  toEnd(): void {
    this.log.scrollTop = 0;
  }

  /** Brings a row into sight, to the upper part of it, unless it is there already. */
  show(row: Element | null): void {
    if (!row) return;
    const { clientHeight } = this.log;
    const place = row.getBoundingClientRect().top - this.log.getBoundingClientRect().top;
    if (place < 0 || place > clientHeight) this.log.scrollTop += place - clientHeight / 5;
  }

  /** Makes a change while what the reader looks at stays where it is; at the end, he stays at the end. */
  keepPlace(change: () => void): void {
    if (this.isAtEnd) {
      change();
      this.toEnd();
      return;
    }
    const places = this.#inSight();
    change();
    const place = places.find(({ id }) => this.#row(id));
    const row = place && this.#row(place.id);
    if (row) this.log.scrollTop += row.getBoundingClientRect().top - place.top;
  }

  /** Messages that are (partly) on screen, with their distance from the top. More than one, as any may be deleted. */
  #inSight(): { id: string; top: number }[] {
    const { top, bottom } = this.log.getBoundingClientRect();
    const places: { id: string; top: number }[] = [];
    for (const row of this.rows.querySelectorAll<HTMLElement>('[data-id]')) {
      const place = row.getBoundingClientRect();
      if (place.top > bottom) break;
      if (place.bottom > top) places.push({ id: row.dataset.id!, top: place.top });
    }
    return places;
  }

  #row(id: string): Element | null {
    return this.rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }
}
