import type { PresenceCount, PresenceDelta, PresenceEntry } from '../protocol/presence.js';
import { countOf, inOrder, isSameEntry } from './entries.js';
import type { LocalEntries } from './local-entries.js';

/**
 * The entries of a room: those of this process, which are held in LocalEntries, and those of each other node. The state
 * that was published last is not held again: it is the current state without the changes since then, which are noted
 * with the entries before them.
 */
export class RoomEntries {
  readonly #room: string;
  readonly #local: LocalEntries;
  /** Entries of other processes, by node and socket. */
  readonly #remote = new Map<string, Map<string, PresenceEntry>>();
  /** Sockets whose entry changed since the last delta, with the published entry. */
  readonly #changed = new Map<string, PresenceEntry | undefined>();
  #publishedSize: number;
  #count: PresenceCount | null = null;

  /** The entries of this process count as published. */
  constructor(room: string, local: LocalEntries) {
    this.#room = room;
    this.#local = local;
    this.#publishedSize = local.in(room).length;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** Number of entries that were published. */
  get publishedSize(): number {
    return this.#publishedSize;
  }

  /** The current entries, in order. A new array. */
  users(): PresenceEntry[] {
    return inOrder(this.#current().values());
  }

  /** The published entries, in order. A new array. */
  publishedUsers(): PresenceEntry[] {
    const entries = this.#current();
    for (const [id_socket, entry] of this.#changed) {
      if (entry) entries.set(id_socket, entry);
      else entries.delete(id_socket);
    }
    return inOrder(entries.values());
  }

  count(): PresenceCount {
    this.#count ??= countOf(this.#current().values());
    return this.#count;
  }

  hasUser(id_user: string): boolean {
    const isUser = (entry: PresenceEntry) => entry.id_user === id_user;
    if (this.#local.in(this.#room).some(isUser)) return true;
    return [...this.#remote.values()].some((entries) => [...entries.values()].some(isUser));
  }

  /** The entry of a socket of this process was changed. @param before the previous entry */
  changeLocal(id_socket: string, before: PresenceEntry | undefined): void {
    this.#noteChange(id_socket, before ?? this.#findRemote(id_socket));
  }

  /** Applies changes that another node has published. */
  apply(node: string, present: Iterable<PresenceEntry>, gone: Iterable<string>): void {
    const entries = this.#remote.get(node) ?? new Map<string, PresenceEntry>();
    for (const entry of present) {
      const { id_socket } = entry;
      if (isSameEntry(entries.get(id_socket), entry)) continue;
      this.#noteChange(id_socket, this.#find(id_socket));
      entries.set(id_socket, entry);
    }
    for (const id_socket of gone) {
      if (!entries.has(id_socket)) continue;
      this.#noteChange(id_socket, this.#find(id_socket));
      entries.delete(id_socket);
    }
    if (entries.size > 0) this.#remote.set(node, entries);
    else this.#remote.delete(node);
  }

  /** Replaces all entries of a node. */
  replace(node: string, present: readonly PresenceEntry[]): void {
    const ids = new Set(present.map(({ id_socket }) => id_socket));
    const before = this.#remote.get(node)?.keys() ?? [];
    this.apply(
      node,
      present,
      [...before].filter((id_socket) => !ids.has(id_socket)),
    );
  }

  /** Removes the entries of all nodes but these. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of [...this.#remote.keys()]) if (!nodes.has(node)) this.replace(node, []);
  }

  /** The difference between the published state and the current one, which counts as published from then on. */
  takeChanges(): Pick<PresenceDelta, 'joined' | 'left' | 'renamed'> {
    const joined: PresenceEntry[] = [];
    const left: string[] = [];
    const renamed: PresenceEntry[] = [];
    for (const [id_socket, before] of this.#changed) {
      const now = this.#find(id_socket);
      if (now && !before) joined.push(now);
      else if (before && !now) left.push(id_socket);
      else if (now && !isSameEntry(before, now)) renamed.push(now);
    }
    this.#changed.clear();
    this.#publishedSize += joined.length - left.length;
    return { joined, left, renamed };
  }

  #noteChange(id_socket: string, before: PresenceEntry | undefined): void {
    this.#count = null;
    if (!this.#changed.has(id_socket)) this.#changed.set(id_socket, before);
  }

  #find(id_socket: string): PresenceEntry | undefined {
    return this.#local.get(this.#room, id_socket) ?? this.#findRemote(id_socket);
  }

  #findRemote(id_socket: string): PresenceEntry | undefined {
    for (const entries of this.#remote.values()) {
      const entry = entries.get(id_socket);
      if (entry) return entry;
    }
    return undefined;
  }

  /** A new map of the current entries. A socket is in the room once, also when several nodes have an entry of it. */
  #current(): Map<string, PresenceEntry> {
    const current = new Map(this.#local.in(this.#room).map((entry) => [entry.id_socket, entry]));
    for (const entries of this.#remote.values()) {
      for (const [id_socket, entry] of entries) if (!current.has(id_socket)) current.set(id_socket, entry);
    }
    return current;
  }
}
