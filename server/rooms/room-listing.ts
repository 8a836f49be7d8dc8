import type { RoomTable } from '../database/tables/room-table.js';
import type { Presence } from '../presence/presence.js';
import type { RoomInfo } from '../protocol/room.js';

/** Rooms in a list beside those that its reader has joined. */
export const LISTED_ROOMS = 100;
/** Rooms with people in them that are considered for the list. */
const BUSY_ROOMS = 50;

interface Listing {
  rooms: RoomInfo[];
  /** Every created room is among them. */
  isWhole: boolean;
}

/**
 * The created rooms that lists show: those with the most people of this process, the newest, and the first by name.
 * Read once for all readers between two changes of the table.
 */
export class RoomListing {
  private current: Promise<Listing> | null = null;

  constructor(
    private readonly rooms: RoomTable,
    private readonly presence: Presence,
  ) {
    rooms.cache.on('changed', () => this.invalidate());
    rooms.cache.on('resynchronised', () => this.invalidate());
  }

  /** @throws ChatError `database-unavailable` */
  async read(): Promise<{ rooms: RoomInfo[]; isWhole: boolean }> {
    const { rooms, isWhole } = await this.stored();
    if (isWhole) return { rooms, isWhole };
    const busy = await this.rooms.getMany(this.presence.busiest(BUSY_ROOMS));
    return {
      rooms: [...new Map([...busy, ...rooms.map((room) => [room.name, room] as const)]).values()],
      isWhole,
    };
  }

  /** Makes the next `read` ask the database. */
  invalidate(): void {
    this.current = null;
  }

  private stored(): Promise<Listing> {
    if (this.current && this.rooms.cache.isFollowing) return this.current;
    const reading = this.ask();
    this.current = reading;
    // A failure is not kept.
    reading.catch(() => this.current === reading && this.invalidate());
    return reading;
  }

  private async ask(): Promise<Listing> {
    const [first, newest] = await Promise.all([
      this.rooms.after(null, LISTED_ROOMS + 1),
      this.rooms.newest(LISTED_ROOMS),
    ]);
    const isWhole = first.length <= LISTED_ROOMS;
    const rooms = isWhole ? first : [...newest, ...first];
    return { rooms: [...new Map(rooms.map((room) => [room.name, room])).values()], isWhole };
  }
}
