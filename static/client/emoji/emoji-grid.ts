import { h } from '../elements.js';
import { type Emoji, withSkinTone } from './emoji-table.js';

/** Emoji that are drawn at once; the others follow with the next frames, so that no task is long. */
const BATCH = 40;

/** Buttons of emoji, with one tab stop and arrow keys. */
export class EmojiGrid {
  readonly element = h('div', { class: 'emoji-grid', role: 'group' });
  #drawing = 0;

  /** @param chosen called with the character */
  constructor(chosen: (character: string) => void) {
    this.element.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button) chosen(button.value);
    });
    this.element.addEventListener('keydown', (event) => {
      if (this.#pressed(event)) event.preventDefault();
    });
  }

  /** @param label of the group, for screen readers */
  show(emoji: readonly Emoji[], { label, tone }: { label: string; tone: string }): void {
    this.element.ariaLabel = label;
    this.element.replaceChildren();
    this.element.scrollTop = 0;
    this.#drawing += 1;
    this.#draw(emoji, tone, this.#drawing);
    this.#buttons[0]?.setAttribute('tabindex', '0');
  }

  /** Moves the focus to the first emoji. */
  enter(): void {
    this.#buttons[0]?.focus();
  }

  get first(): string | undefined {
    return this.#buttons[0]?.value;
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button')];
  }

  #draw(emoji: readonly Emoji[], tone: string, drawing: number): void {
    if (drawing !== this.#drawing) return;
    this.element.append(
      ...emoji.slice(0, BATCH).map((one) => {
        const character = withSkinTone(one, tone);
        return h(
          'button',
          {
            type: 'button',
            value: character,
            tabindex: '-1',
            'aria-label': one.name,
            title: `${one.name} :${one.codes[0]}:`,
          },
          character,
        );
      }),
    );
    if (emoji.length > BATCH) requestAnimationFrame(() => this.#draw(emoji.slice(BATCH), tone, drawing));
  }

  #pressed({ key, target }: KeyboardEvent): boolean {
    const buttons = this.#buttons;
    const index = target instanceof HTMLButtonElement ? buttons.indexOf(target) : -1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: this.#columns,
      ArrowUp: -this.#columns,
      Home: -index,
      End: buttons.length - 1 - index,
    };
    const step = steps[key];
    const next = step === undefined ? undefined : buttons[index + step];
    if (!next) return step !== undefined && key !== 'ArrowUp';
    for (const button of buttons) button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    return true;
  }

  get #columns(): number {
    return getComputedStyle(this.element).gridTemplateColumns.split(' ').length;
  }
}
