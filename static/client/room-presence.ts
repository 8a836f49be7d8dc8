import type { ServerFrame } from '../../server/protocol/frames.js';
import type { PresenceEntry } from '../../server/protocol/presence.js';

type Presence = ServerFrame & { type: 'presence' };

/** Who is in one room. */
export class RoomPresence {
  readonly #sockets = new Map<string, PresenceEntry>();
  /** Of big rooms only the number is told. */
  #count: number | null = null;
  /** The server has said who is there. */
  isKnown = false;
  /** People may be missing, as not every server can be asked. */
  isPartial = false;

  /** How many different people are there, as far as is known. */
  get count(): number {
    return this.#count ?? new Set([...this.#sockets.values()].map(({ id_user }) => id_user)).size;
  }

  /** It is told who they are, and not only how many. */
  get isNamed(): boolean {
    return this.#count === null;
  }

  get sockets(): Iterable<PresenceEntry> {
    return this.#sockets.values();
  }

  receive({ users, joined = [], left = [], count, partial }: Presence): void {
    if (users) this.#sockets.clear();
    for (const entry of [...(users ?? []), ...joined]) this.#sockets.set(entry.id_socket, entry);
    for (const id_socket of left) this.#sockets.delete(id_socket);
    if (users) this.#count = null;
    else if (count) this.#count = count.users;
    this.isKnown = true;
    this.isPartial = partial;
  }

  /** The connection is gone: who is there is not known. */
  forget(): void {
    this.#sockets.clear();
    this.#count = null;
    this.isKnown = false;
    this.isPartial = false;
  }
}
