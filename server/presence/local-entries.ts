import type { PresenceEntry } from '../protocol/presence.js';
import { isSameEntry } from './entries.js';

/** The presence entries of the sockets of this process, by room. */
export class LocalEntries {
  readonly #byRoom = new Map<string, Map<string, PresenceEntry>>();

  /** Number of entries. A socket in two rooms counts twice. */
  get size(): number {
    let size = 0;
    for (const entries of this.#byRoom.values()) size += entries.size;
    return size;
  }

  rooms(): string[] {
    return [...this.#byRoom.keys()];
  }

  /** The rooms with the most sockets, at most `limit`. */
  busiest(limit: number): string[] {
    const bySize = [...this.#byRoom].sort(([, a], [, b]) => b.size - a.size);
    return bySize.slice(0, limit).map(([room]) => room);
  }

  has(room: string): boolean {
    return this.#byRoom.has(room);
  }

  in(room: string): PresenceEntry[] {
    return [...(this.#byRoom.get(room)?.values() ?? [])];
  }

  get(room: string, id_socket: string): PresenceEntry | undefined {
    return this.#byRoom.get(room)?.get(id_socket);
  }

  /** @returns whether the entry is new or different */
  set(room: string, { id_socket, id_user, name }: PresenceEntry): boolean {
    const entry = { id_socket, id_user, name };
    const entries = this.#byRoom.get(room) ?? new Map<string, PresenceEntry>();
    if (isSameEntry(entries.get(id_socket), entry)) return false;
    this.#byRoom.set(room, entries.set(id_socket, entry));
    return true;
  }

  /** @returns whether there was an entry */
  delete(room: string, id_socket: string): boolean {
    const entries = this.#byRoom.get(room);
    if (!entries?.delete(id_socket)) return false;
    if (entries.size === 0) this.#byRoom.delete(room);
    return true;
  }

  /** The entries of a user in all rooms. */
  of(id_user: string): { room: string; entry: PresenceEntry }[] {
    const found: { room: string; entry: PresenceEntry }[] = [];
    for (const [room, entries] of this.#byRoom) {
      for (const entry of entries.values()) if (entry.id_user === id_user) found.push({ room, entry });
    }
    return found;
  }

  clear(): void {
    this.#byRoom.clear();
  }
}
