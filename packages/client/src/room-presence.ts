import type { PresenceEntry, ServerFrame } from './frames.js';

/** Presence in one room. */
export class RoomPresence {
  readonly #sockets = new Map<string, PresenceEntry>();
  /** Set in large rooms, for which the server sends only a count. */
  #count: number | null = null;
  #isKnown = false;
  #isPartial = false;

  /** The server has sent the presence of the room. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** People may be missing, because other processes of the server cannot be reached. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** False in large rooms, where only `count` is known. */
  get isNamed(): boolean {
    return this.#count === null;
  }

  /** Number of different users. */
  get count(): number {
    return this.#count ?? new Set([...this.#sockets.values()].map(({ id_user }) => id_user)).size;
  }

  /** One entry per socket: a user with three tabs has three. */
  get sockets(): Iterable<PresenceEntry> {
    return this.#sockets.values();
  }

  receive({ users, joined = [], left = [], count, partial }: ServerFrame<'presence'>): void {
    if (users) this.#sockets.clear();
    for (const entry of [...(users ?? []), ...joined]) this.#sockets.set(entry.id_socket, entry);
    for (const id_socket of left) this.#sockets.delete(id_socket);
    if (users) this.#count = null;
    else if (count) this.#count = count.users;
    this.#isKnown = true;
    this.#isPartial = partial;
  }

  /** The connection is lost. */
  clear(): void {
    this.#sockets.clear();
    this.#count = null;
    this.#isKnown = false;
    this.#isPartial = false;
  }
}
