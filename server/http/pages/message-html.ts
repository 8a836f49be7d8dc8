import { toHtml } from './html.js';
import { type BodyOptions, messageBody, messageHead, messageTime } from './rows/message-row.js';
import { withQuery } from './rows/room-path.js';
import type { ShownMessage } from './rows/shown-message.js';
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
  message: ShownMessage;
  html: MessageHtml;
  length: number;
}

/**
 * Renders a message once, and not for each page on which it is. An entry counts only for the same content, so that
 * edits, renames and rows that another program has changed are rendered again. The entries used longest ago go first.
 */
export class MessageHtmlCache {
  readonly #render: (message: ShownMessage, options: MessageHtmlOptions) => MessageHtml;
  readonly #maxLength: number;
  /** By variant and the message's id; the first was used longest ago. */
  readonly #entries = new Map<string, Entry>();
  #held = 0;

  constructor(
    render: (message: ShownMessage, options: MessageHtmlOptions) => MessageHtml,
    maxLength = CACHE_LENGTH,
  ) {
    this.#render = render;
    this.#maxLength = maxLength;
  }

  /** Length of what is held, at most `maxLength`. */
  get length(): number {
    return this.#held;
  }

  /** @param variant of the rendering, for each of which there is an entry */
  get(message: ShownMessage, variant = '', options: MessageHtmlOptions = {}): MessageHtml {
    const key = variant + message.id;
    const found = this.#entries.get(key);
    if (found) this.#drop(key, found);
    const entry = found && looksTheSame(found.message, message) ? found : this.#entryFor(message, options);
    if (entry.length <= this.#maxLength) this.#keep(key, entry);
    return entry.html;
  }

  #entryFor(message: ShownMessage, options: MessageHtmlOptions): Entry {
    const html = this.#render(message, options);
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
function looksTheSame(a: ShownMessage, b: ShownMessage): boolean {
  return (
    a.body === b.body &&
    a.sent === b.sent &&
    a.edited === b.edited &&
    a.kind === b.kind &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name
  );
}

export interface MessageHtmlOptions extends BodyOptions {
  /** The address of the log, to which the message is a place. */
  path?: string;
  /** The log is in a frame of this page. */
  pagePath?: string | undefined;
}

export function renderMessage(message: ShownMessage, options: MessageHtmlOptions = {}): MessageHtml {
  const { path, pagePath } = options;
  const at = (base: string) => withQuery(base, `at=${encodeURIComponent(message.id)}`);
  const link =
    pagePath === undefined
      ? path !== undefined && { href: at(path) }
      : { href: at(pagePath), target: '_parent' };
  return {
    head: toHtml(...messageHead(message, messageTime(message.sent, UTC_TIME, link || null))),
    body: toHtml(...messageBody(message, UTC_TIME, options)),
  };
}

const cache = new MessageHtmlCache(renderMessage);

/**
 * A message's row in HTML. If it refers to nothing else, it is the same for every reader with the same language and clock,
 * and is rendered once.
 */
export function messageHtml(message: ShownMessage, options: MessageHtmlOptions): MessageHtml {
  const { language, clock } = readerLocale();
  const isSame = message.reply_to === undefined && message.mentioned === undefined;
  const variant = `${language} ${clock} ${options.pagePath ?? ''} ${options.path ?? ''} `;
  return isSame ? cache.get(message, variant, options) : renderMessage(message, options);
}
