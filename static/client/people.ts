import type { ServerFrame } from '../../server/protocol/frames.js';
import type { Message } from '../../server/protocol/message.js';
import { RoomPresence } from './room-presence.js';

/** Who is in the room, who types, and what everybody is called now. */
export class People {
  readonly present = new RoomPresence();
  readonly #names: Map<string, string>;
  readonly #typing = new Map<string, { name: string; until: number }>();
  /** Messages under their authors' present names; kept, so that nothing is drawn anew without need. */
  readonly #renamed = new WeakMap<Message, Message>();

  /** @param names what authors are called now, by their ids */
  constructor(names: Record<string, string> = {}) {
    this.#names = new Map(Object.entries(names));
  }

  /** The names of those who type at the moment. */
  typing(now: number): string[] {
    for (const [id_user, { until }] of this.#typing) if (until <= now) this.#typing.delete(id_user);
    return [...this.#typing.values()].map(({ name }) => name);
  }

  /** Takes note of what a frame says about people; `room`: where the reader is, `self`: who. */
  receive(frame: ServerFrame, room: string, self: string | null, now: number): void {
    if (frame.type === 'presence' && frame.room === room) this.present.receive(frame);
    else if (frame.type === 'roomSnapshot' || frame.type === 'history') this.#learn(frame.names ?? {});
    else if (frame.type === 'identityChanged') this.#learn({ [frame.user.id_user]: frame.user.name });
    else if (frame.type === 'deliverMessage') this.#typing.delete(frame.message.author.id_user ?? '');
    else if (frame.type === 'userTyping' && frame.room === room && frame.user.id_user !== self) {
      this.#typing.set(frame.user.id_user, { name: frame.user.name, until: now + frame.forMs });
    }
  }

  /** The message under the name that its author has now. */
  named(message: Message): Message {
    const { id_user } = message.author;
    const name = id_user === null ? undefined : this.#names.get(id_user);
    if (name === undefined || name === message.author.name) return message;
    const held = this.#renamed.get(message);
    if (held?.author.name === name) return held;
    const renamed = { ...message, author: { ...message.author, name } };
    this.#renamed.set(message, renamed);
    return renamed;
  }

  /** The connection is gone: who is here is not known. */
  forget(): void {
    this.present.forget();
    this.#typing.clear();
  }

  #learn(names: Record<string, string>): void {
    for (const [id_user, name] of Object.entries(names)) this.#names.set(id_user, name);
  }
}

/** Says who types, without ever becoming long. */
export function typingText(names: readonly string[]): string {
  const [one, two] = names;
  if (names.length === 0) return '';
  if (names.length === 1) return `${one} is typing`;
  return names.length === 2 ? `${one} and ${two} are typing` : 'Several people are typing';
}
