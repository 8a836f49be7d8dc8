import type { PresenceEntry } from '../protocol/presence.js';
import { isSameEntry } from './entries.js';

/** The sockets of this process, by room. */
export class LocalEntries {
  readonly #byRoom = new Map<string, Map<string, PresenceEntry>>();

  /** One socket in two rooms counts twice. */
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

  /** @returns whether anything is different now */
  set(room: string, { id_socket, id_user, name }: PresenceEntry): boolean {
    const entry = { id_socket, id_user, name };
    const entries = this.#byRoom.get(room) ?? new Map<string, PresenceEntry>();
    const before = entries.get(id_socket);
    if (before && isSameEntry(before, entry)) return false;
    this.#byRoom.set(room, entries.set(id_socket, entry));
    return true;
  }

  /** @returns whether it was there */
  delete(room: string, id_socket: string): boolean {
    const entries = this.#byRoom.get(room);
    if (!entries?.delete(id_socket)) return false;
    if (entries.size === 0) this.#byRoom.delete(room);
    return true;
  }

  /** Where a user is. */
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
