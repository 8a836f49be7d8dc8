import { TYPING_INTERVAL_MS } from '../../server/protocol/typing.js';
import type { Api } from './api.js';
import { CommandListView } from './command-list-view.js';
import { byId } from './elements.js';
import type { Store } from './page-state.js';
import { fitHeight, isSubmit, remaining } from './text-field.js';

/** From how many remaining characters on the counter is shown. */
const COUNT_FROM = 500;

export interface ComposerListener {
  /** A text to send; it is not empty and not too long. */
  sent(body: string): void;
  /** The reader wants to edit the last message of his own. @returns whether there is one */
  editLast(): boolean;
  /** The reader writes; told now and then while it goes on. */
  typing(): void;
}

/** Where messages are written. The draft survives a reload. */
export class Composer {
  readonly #form = byId<HTMLFormElement>('composer');
  readonly #field = byId<HTMLTextAreaElement>('body');
  readonly #counter = byId('counter');
  readonly #send = byId<HTMLButtonElement>('send');
  readonly #commands: CommandListView;
  readonly #draftKey: string;
  #told = 0;

  constructor(
    room: string,
    private readonly store: Store | null,
    api: Pick<Api, 'bots'>,
    private readonly listener: ComposerListener,
  ) {
    this.#draftKey = `changeroom.draft.${room}`;
    if (this.#field.value === '') this.#field.value = store?.getItem(this.#draftKey) ?? '';
    this.#field.addEventListener('input', () => {
      this.#changed();
      this.#tellTyping();
    });
    this.#commands = new CommandListView(this.#field, () => api.bots());
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#changed();
  }

  get isEmpty(): boolean {
    return this.#field.value.trim() === '';
  }

  focus(): void {
    this.#field.focus();
  }

  /** Brings a text back for another try; what stands there already stays, below it. */
  restore(text: string): void {
    this.#field.value = this.isEmpty ? text : `${text}\n${this.#field.value}`;
    this.#commands.leave();
    this.#changed();
    this.focus();
  }

  #pressed(event: KeyboardEvent): void {
    if (this.#commands.pressed(event) || this.#acts(event)) event.preventDefault();
  }

  /** @returns whether the key was for more than writing */
  #acts(event: KeyboardEvent): boolean {
    if (!isSubmit(event))
      return event.key === 'ArrowUp' && this.#field.value === '' && this.listener.editLast();
    this.#submit();
    return true;
  }

  #submit(): void {
    const text = this.#field.value;
    if (this.isEmpty || remaining(text) < 0) return;
    this.#field.value = '';
    this.#told = 0; // with the message the others stop seeing that the reader types
    this.#commands.leave();
    this.#changed();
    this.focus();
    this.listener.sent(text);
  }

  #tellTyping(): void {
    const now = Date.now();
    if (this.isEmpty || now - this.#told < TYPING_INTERVAL_MS) return;
    this.#told = now;
    this.listener.typing();
  }

  #changed(): void {
    const { value } = this.#field;
    fitHeight(this.#field);
    const left = remaining(value);
    this.#counter.hidden = left > COUNT_FROM;
    this.#counter.textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
    this.#counter.classList.toggle('over', left < 0);
    this.#field.toggleAttribute('aria-invalid', left < 0);
    this.#send.disabled = this.isEmpty || left < 0;
    try {
      if (value === '') this.store?.removeItem(this.#draftKey);
      else this.store?.setItem(this.#draftKey, value);
    } catch {
      // A full store keeps no draft; the text still stands in the field.
    }
  }
}
