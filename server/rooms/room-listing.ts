import type { RoomTable } from '../database/tables/room-table.js';
import type { Presence } from '../presence/presence.js';
import type { RoomInfo } from '../protocol/room.js';

/** Rooms in a list in addition to those that its reader has joined. */
export const LISTED_ROOMS = 100;
/** Rooms with the most users in them that are considered for the list. */
const MAX_BUSY_ROOMS = 50;

interface Listing {
  rooms: RoomInfo[];
  /** Every created room is among them. */
  isWhole: boolean;
}

/**
 * The created rooms that lists show: those with the most users of this process, the newest, and the first by name.
 * Read once for all readers between two changes of the table.
 */
export class RoomListing {
  readonly #rooms: RoomTable;
  readonly #presence: Presence;
  #current: Promise<Listing> | null = null;

  constructor(rooms: RoomTable, presence: Presence) {
    this.#rooms = rooms;
    this.#presence = presence;
    rooms.cache.on('changed', () => this.invalidate());
    rooms.cache.on('resynchronised', () => this.invalidate());
  }

  /** @throws ChatError `database-unavailable` */
  async read(): Promise<{ rooms: RoomInfo[]; isWhole: boolean }> {
    const { rooms, isWhole } = await this.#cached();
    if (isWhole) return { rooms, isWhole };
    const busy = await this.#rooms.getMany(this.#presence.busiest(MAX_BUSY_ROOMS));
    return {
      rooms: [...new Map([...busy, ...rooms.map((room) => [room.name, room] as const)]).values()],
      isWhole,
    };
  }

  /** Makes the next `read` query the database. */
  invalidate(): void {
    this.#current = null;
  }

  #cached(): Promise<Listing> {
    if (this.#current && this.#rooms.cache.isFollowing) return this.#current;
    const reading = this.#query();
    this.#current = reading;
    // A failed reading is not kept.
    reading.catch(() => this.#current === reading && this.invalidate());
    return reading;
  }

  async #query(): Promise<Listing> {
    const [first, newest] = await Promise.all([
      this.#rooms.after(null, LISTED_ROOMS + 1),
      this.#rooms.newest(LISTED_ROOMS),
    ]);
    const isWhole = first.length <= LISTED_ROOMS;
    const rooms = isWhole ? first : [...newest, ...first];
    return { rooms: [...new Map(rooms.map((room) => [room.name, room])).values()], isWhole };
  }
}
