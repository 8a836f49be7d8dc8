import type { Message, Quote, ServerFrame } from './frames.js';
import { mentionedUsers } from './mentions.js';

/** Current names of mentioned users by `id_user`, as far as they are known. */
export type MentionNames = Readonly<Record<string, string>>;

/** A message to which another one replies, with the current names of its author and of mentioned users. */
export interface RoomQuote extends Quote {
  mentioned?: MentionNames;
}

/** A message with the current names of its author and of mentioned users, and with the message to which it replies. */
export interface RoomMessage extends Message {
  mentioned?: MentionNames;
  /** Null if the message to which it replies does not exist any more; absent if it is unknown, and for other messages. */
  quoted?: RoomQuote | null;
}

/** Current names of authors and mentioned users. Messages contain the name that their author had when they were written. */
export class AuthorNames {
  readonly #names = new Map<string, string>();
  /** Names of users that have no other name than that in their messages. */
  readonly #written = new Map<string, string>();
  /** Keeps the identity of shown messages, so that views need not draw an unchanged message again. */
  readonly #named = new WeakMap<Quote, RoomQuote>();
  readonly #replies = new WeakMap<RoomMessage, RoomMessage>();

  /** The current name of a user, if it is known. */
  get(id_user: string): string | undefined {
    return this.#names.get(id_user) ?? this.#written.get(id_user);
  }

  /** @param names by `id_user` */
  add(names: Record<string, string> = {}): void {
    for (const [id_user, name] of Object.entries(names)) this.#names.set(id_user, name);
  }

  /** Learns the names of authors from messages. */
  learn(messages: readonly Message[]): void {
    for (const { author } of messages)
      if (author.id_user !== null) this.#written.set(author.id_user, author.name);
  }

  receive(frame: ServerFrame): void {
    if ('names' in frame) this.add(frame.names);
    if (frame.type === 'roomSnapshot' || frame.type === 'history') this.learn(frame.messages);
    else if (frame.type === 'deliverMessage') this.learn([frame.message]);
    // The user of the socket: a guest who has not written anything has no name in the table of users.
    else if ((frame.type === 'identityChanged' || frame.type === 'welcome') && frame.user.id_user !== null)
      this.#names.set(frame.user.id_user, frame.user.name);
  }

  /** @returns the message with current names, and the message to which it replies; the same object for the same content */
  apply(message: Message, quote?: Quote | null): RoomMessage {
    const quoted = quote ? this.applyTo(quote) : quote;
    const named: RoomMessage = this.applyTo(message);
    if (quoted === undefined) return named;
    const known = this.#replies.get(named);
    if (known && known.quoted === quoted) return known;
    const shown = { ...named, quoted };
    this.#replies.set(named, shown);
    return shown;
  }

  /** @returns the text with current names; the same object for the same names */
  applyTo<T extends Quote>(text: T): T & { mentioned?: MentionNames } {
    const { id_user, name: written } = text.author;
    const name = (id_user !== null && this.#names.get(id_user)) || written;
    const ids = mentionedUsers(text.body);
    if (name === written && ids.length === 0) return text;
    const known = this.#named.get(text) as (T & { mentioned?: MentionNames }) | undefined;
    const mentioned = Object.fromEntries(ids.flatMap((id) => this.#entry(id)));
    if (known && known.author.name === name && isSame(known.mentioned ?? {}, mentioned)) return known;
    const named = { ...text, author: { ...text.author, name }, ...(ids.length > 0 && { mentioned }) };
    this.#named.set(text, named);
    return named;
  }

  #entry(id_user: string): [id_user: string, name: string][] {
    const name = this.get(id_user);
    return name === undefined ? [] : [[id_user, name]];
  }
}

function isSame(a: MentionNames, b: MentionNames): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
