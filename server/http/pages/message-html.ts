import type { Message } from '../../protocol/message.js';
import { toHtml } from './html.js';
import { messageBody, messageHead, messageTime } from './rows/message-row.js';
import { readerLocale } from './texts/text.js';
import { UTC_TIME } from './utc-time.js';

/** The parts of a message's row that are the same for every reader of a language. */
export interface MessageHtml {
  /** Avatar, author and time. */
  head: string;
  /** The body with its links. */
  body: string;
}

/** Memory for rendered messages, in UTF-16 units of their texts and HTML. Holds some 40 full rooms of short messages. */
export const CACHE_LENGTH = 4_000_000;

interface Entry {
  message: Message;
  html: MessageHtml;
  length: number;
}

/**
 * Renders a message once, and not for each page on which it is. An entry counts only for the same content, so that
 * edits, renames and rows that another program has changed are rendered again. The entries used longest ago go first.
 */
export class MessageHtmlCache {
  readonly #render: (message: Message) => MessageHtml;
  readonly #maxLength: number;
  /** By variant and the message's id; the first was used longest ago. */
  readonly #entries = new Map<string, Entry>();
  #held = 0;

  constructor(render: (message: Message) => MessageHtml, maxLength = CACHE_LENGTH) {
    this.#render = render;
    this.#maxLength = maxLength;
  }

  /** Length of what is held, at most `maxLength`. */
  get length(): number {
    return this.#held;
  }

  /** @param variant of the rendering, for each of which there is an entry */
  get(message: Message, variant = ''): MessageHtml {
    const key = variant + message.id;
    const found = this.#entries.get(key);
    if (found) this.#drop(key, found);
    const entry = found && looksTheSame(found.message, message) ? found : this.#entryFor(message);
    if (entry.length <= this.#maxLength) this.#keep(key, entry);
    return entry.html;
  }

  #entryFor(message: Message): Entry {
    const html = this.#render(message);
    const { head, body } = html;
    return { message, html, length: message.body.length + head.length + body.length };
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#held += entry.length;
    for (const [oldest, one] of this.#entries) {
      if (this.#held <= this.#maxLength) return;
      this.#drop(oldest, one);
    }
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#held -= entry.length;
  }
}

/** Compares everything that is rendered of a message. */
function looksTheSame(a: Message, b: Message): boolean {
  return (
    a.body === b.body &&
    a.sent === b.sent &&
    a.edited === b.edited &&
    a.kind === b.kind &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name
  );
}

export function renderMessage(message: Message): MessageHtml {
  return {
    head: toHtml(...messageHead(message, messageTime(message.sent, UTC_TIME))),
    body: toHtml(...messageBody(message, UTC_TIME)),
  };
}

const cache = new MessageHtmlCache(renderMessage);

/** A message's row in HTML, as far as it is the same for every reader with the same language and clock. */
export function messageHtml(message: Message): MessageHtml {
  const { language, clock } = readerLocale();
  return cache.get(message, `${language} ${clock} `);
}
