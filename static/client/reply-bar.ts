import type { Room } from 'changeroom-client';
import { quotedText } from '../../server/http/pages/rows/quote-line.js';
import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';
import { setText } from './live-text.js';

export interface ReplyBarDependencies {
  room: Pick<Room, 'quote'>;
  /** The message to which the draft replies has changed. */
  changed: () => void;
}

/** Shows above the composer to which message the text replies. */
export class ReplyBar {
  readonly #dependencies: ReplyBarDependencies;
  readonly #bar = byId('reply');
  #id: string | null = null;

  constructor(dependencies: ReplyBarDependencies) {
    this.#dependencies = dependencies;
    const cancel = byId('reply-cancel');
    // It needs a script.
    cancel.hidden = false;
    cancel.addEventListener('click', () => this.replyTo(null));
  }

  /** Id of the message to which the text replies; null if it is no reply. */
  get id(): string | null {
    return this.#id;
  }

  /** @param id null: the text is no reply */
  replyTo(id: string | null): void {
    if (id === this.#id) return;
    this.#id = id;
    this.draw();
    this.#dependencies.changed();
  }

  /** The message may have been edited, deleted or loaded. */
  draw(): void {
    const id = this.#id;
    this.#bar.hidden = id === null;
    if (id === null) return;
    const quote = this.#dependencies.room.quote(id);
    setText('reply-name', quote?.author.name ?? '');
    const missing = quote === null ? t('message.originalDeleted') : t('message.originalUnknown');
    setText('reply-text', quote ? quotedText(quote) : missing);
  }
}
