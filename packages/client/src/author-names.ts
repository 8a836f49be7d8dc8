import type { Message, ServerFrame } from './frames.js';

/** Current names of authors. Messages contain the name that their author had when they were written. */
export class AuthorNames {
  readonly #names = new Map<string, string>();
  /** Keeps the identity of renamed messages, so that views need not draw an unchanged message again. */
  readonly #renamed = new WeakMap<Message, Message>();

  /** @param names by `id_user` */
  add(names: Record<string, string>): void {
    for (const [id_user, name] of Object.entries(names)) this.#names.set(id_user, name);
  }

  /** Undefined for a user without a message, a reaction or a pin in the loaded messages. */
  get(id_user: string): string | undefined {
    return this.#names.get(id_user);
  }

  receive(frame: ServerFrame): void {
    if ('names' in frame) this.add(frame.names ?? {});
    else if (frame.type === 'identityChanged') this.#names.set(frame.user.id_user, frame.user.name);
  }

  /** @returns the message with the current name of its author; the same object for the same name */
  apply(message: Message): Message {
    const { id_user } = message.author;
    const name = id_user === null ? undefined : this.#names.get(id_user);
    if (name === undefined || name === message.author.name) return message;
    const known = this.#renamed.get(message);
    if (known?.author.name === name) return known;
    const renamed = { ...message, author: { ...message.author, name } };
    this.#renamed.set(message, renamed);
    return renamed;
  }
}
