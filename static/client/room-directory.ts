import { unclaimedRoom } from '../../server/http/pages/rows/room-list.js';
import type { ServerFrame } from '../../server/protocol/frames.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import { RoomPresence } from './room-presence.js';

/** The rooms there are, as the reader sees them: what the server has listed, and what has happened since. */
export class RoomDirectory {
  #entries: RoomEntry[];
  readonly #presence = new Map<string, RoomPresence>();
  /** Something has happened that only the server can count. */
  isStale = false;

  constructor(
    entries: readonly RoomEntry[],
    /** The room that the page shows. */
    private readonly current: string,
  ) {
    this.#entries = [...entries];
  }

  /** With how many are there now, where that is followed. */
  get entries(): RoomEntry[] {
    return this.#entries.map((entry) => {
      const presence = this.#presence.get(entry.name);
      return presence?.isKnown ? { ...entry, users: presence.count } : entry;
    });
  }

  get(name: string): RoomEntry {
    return this.#entries.find((entry) => entry.name === name) ?? unclaimedRoom(name);
  }

  /** Rooms other than the one that is shown, of which the reader may know who is there. */
  get observable(): string[] {
    return this.#entries
      .filter(({ name, access, joined }) => name !== this.current && (access === 'open' || joined))
      .map(({ name }) => name);
  }

  /** Takes the server's list in the place of what was known. */
  replace(entries: readonly RoomEntry[]): void {
    this.#entries = [...entries];
  }

  receive(frame: ServerFrame, self: string | null): void {
    switch (frame.type) {
      case 'roomCreated':
      case 'roomChanged':
        this.#put({ ...this.get(frame.room.name), ...frame.room });
        break;
      case 'roomRemoved':
        this.#removed(frame.room);
        break;
      case 'memberJoined':
        if (frame.user.id_user !== self) return;
        this.#put({ ...this.get(frame.room), joined: true });
        this.isStale = true;
        break;
      case 'memberLeft':
        if (frame.id_user !== self) return;
        this.#put({ ...this.get(frame.room), joined: false, unread: null });
        this.isStale = true;
        break;
      case 'read':
        if (frame.room !== this.current) this.isStale = true;
        break;
      case 'presence':
        if (frame.room !== this.current) this.#presenceOf(frame.room).receive(frame);
        break;
    }
  }

  /** The connection is gone. */
  forget(): void {
    this.#presence.clear();
  }

  /** A room that is new here comes last, until the server lists all anew: nothing moves under the reader's hand. */
  #put(entry: RoomEntry): void {
    const index = this.#entries.findIndex(({ name }) => name === entry.name);
    if (index < 0) this.#entries.push(entry);
    else this.#entries[index] = entry;
  }

  #removed(name: string): void {
    const { joined, users, unread } = this.get(name);
    if (joined) this.#put({ ...unclaimedRoom(name), joined, users, unread });
    else this.#entries = this.#entries.filter((entry) => entry.name !== name);
  }

  #presenceOf(room: string): RoomPresence {
    const presence = this.#presence.get(room) ?? new RoomPresence();
    this.#presence.set(room, presence);
    return presence;
  }
}
