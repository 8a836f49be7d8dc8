import { comparePositions, type Position, RoomPresence, type ServerFrame } from 'changeroom-client';
import { unclaimedRoom } from '../../server/http/pages/rows/room-list.js';
import { MAX_UNREAD } from '../../server/protocol/message.js';
import type { RoomEntry } from '../../server/protocol/room.js';

/** The list of rooms for the reader: the last list of the server, with all changes since. */
export class RoomDirectory {
  /** The room that the page shows. */
  #current: string;
  #entries: RoomEntry[];
  readonly #presence = new Map<string, RoomPresence>();
  /** Positions of the newest messages that were reported. */
  readonly #newest = new Map<string, Position>();
  #isStale = false;

  constructor(entries: readonly RoomEntry[], current: string) {
    this.#entries = [...entries];
    this.#current = current;
  }

  /** A change happened that only the server can count. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** With the current number of users, where presence is observed. */
  get entries(): RoomEntry[] {
    return this.#entries.map((entry) => {
      const presence = this.#presence.get(entry.name);
      return presence?.isKnown ? { ...entry, users: presence.count } : entry;
    });
  }

  /** Unread messages in the other rooms of the reader. */
  get unreadElsewhere(): number {
    const others = this.#entries.filter(({ name, joined }) => joined && name !== this.#current);
    return others.reduce((sum, { unread }) => sum + (unread ?? 0), 0);
  }

  /** Those of them that mention the reader. */
  get mentionsElsewhere(): number {
    const others = this.#entries.filter(({ name, joined }) => joined && name !== this.#current);
    return others.reduce((sum, { mentions }) => sum + (mentions ?? 0), 0);
  }

  get(name: string): RoomEntry {
    return this.#entries.find((entry) => entry.name === name) ?? unclaimedRoom(name);
  }

  /** Other rooms whose presence the reader may observe. */
  get observable(): string[] {
    return this.#entries
      .filter(({ name, access, joined }) => name !== this.#current && (access === 'open' || joined))
      .map(({ name }) => name);
  }

  /**
   * The page shows another room.
   * @param unread unread messages in the previous room, which the page has counted
   */
  show(room: string, unread: number): void {
    const previous = this.get(this.#current);
    if (previous.joined) this.#put({ ...previous, unread });
    this.#current = room;
    // Messages that arrive before the server reports those of the previous room are not counted.
    this.markStale();
  }

  /** Replaces all rooms by a list of the server. */
  replace(entries: readonly RoomEntry[]): void {
    this.#entries = [...entries];
  }

  /** The list of the server is being requested: later changes make it stale again. */
  markFresh(): void {
    this.#isStale = false;
  }

  markStale(): void {
    this.#isStale = true;
  }

  receive(frame: ServerFrame, self: string | null): void {
    switch (frame.type) {
      case 'roomCreated':
      case 'roomChanged':
        this.#put({ ...this.get(frame.room.name), ...frame.room, is_created: true });
        break;
      case 'roomRemoved':
        this.#removed(frame.room);
        break;
      case 'memberJoined':
        if (frame.user.id_user !== self) return;
        this.#put({ ...this.get(frame.room), joined: true });
        this.markStale();
        break;
      case 'memberLeft':
        if (frame.id_user !== self) return;
        this.#put({ ...this.get(frame.room), joined: false, unread: null, mentions: null });
        this.markStale();
        break;
      case 'roleChanged':
        if (frame.id_user === self) this.markStale();
        break;
      case 'read':
        if (frame.room !== this.#current) this.#wasRead(frame);
        break;
      case 'roomActivity':
        this.#wasActive(frame, self);
        break;
      case 'presence':
        if (frame.room !== this.#current) this.#presenceOf(frame.room).receive(frame);
        break;
    }
  }

  /** The connection is lost: presence is unknown, and changes are missed. */
  disconnected(): void {
    this.#presence.clear();
    this.#newest.clear();
    this.markStale();
  }

  /** Counts new messages in another room of the reader. */
  #wasActive(frame: ServerFrame<'roomActivity'>, self: string | null): void {
    const { room, messages, newest, authors } = frame;
    const entry = this.get(room ?? this.#current);
    if (room === null || (entry.joined && messages === null)) this.markStale();
    if (room === null || messages === null || !entry.joined || room === this.#current) return;
    if (newest) this.#newest.set(room, newest);
    // The reader writes there on another device, which will report the position up to which it was read.
    if (authors.every((author) => author === self)) return;
    const added = (self !== null && frame.mentions?.[self]) || 0;
    this.#put({
      ...entry,
      unread: Math.min((entry.unread ?? 0) + messages, MAX_UNREAD),
      mentions: Math.min((entry.mentions ?? 0) + added, MAX_UNREAD),
    });
  }

  /** The reader has read another room, on another device or in another tab. */
  #wasRead({ room, position }: ServerFrame<'read'>): void {
    const newest = this.#newest.get(room);
    if (newest && comparePositions(position, newest) >= 0)
      this.#put({ ...this.get(room), unread: 0, mentions: 0 });
    else this.markStale();
  }

  /** Adds a new room at the end until the server sends its list, so that no entry moves below the pointer. */
  #put(entry: RoomEntry): void {
    const index = this.#entries.findIndex(({ name }) => name === entry.name);
    if (index < 0) this.#entries.push(entry);
    else this.#entries[index] = entry;
  }

  #removed(name: string): void {
    const { joined, users, unread, mentions } = this.get(name);
    if (joined) this.#put({ ...unclaimedRoom(name), joined, users, unread, mentions });
    else this.#entries = this.#entries.filter((entry) => entry.name !== name);
  }

  #presenceOf(room: string): RoomPresence {
    const presence = this.#presence.get(room) ?? new RoomPresence();
    this.#presence.set(room, presence);
    return presence;
  }
}
