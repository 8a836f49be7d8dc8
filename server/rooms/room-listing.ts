import type { RoomTable } from '../database/tables/room-table.js';
import type { Presence } from '../presence/presence.js';
import type { KnownRoom } from '../protocol/room.js';
import type { CataloguePage, RoomCatalogue } from './room-catalogue.js';

/** Rooms in a list in addition to those that its reader has joined. */
export const LISTED_ROOMS = 100;
/** Rooms with the most users in them that are considered for the list. */
const MAX_BUSY_ROOMS = 50;
/** Milliseconds for which a reading is used. Rooms that are not created are used and unused without a notice. */
const MAX_AGE_MS = 5_000;

interface Listing {
  /** The first rooms by name. */
  first: CataloguePage;
  newest: KnownRoom[];
}

export interface RoomListingDependencies {
  catalogue: RoomCatalogue;
  presence: Presence;
  roomTable: RoomTable;
  now: () => number;
}

/**
 * The rooms that lists show: those with the most users of this process, the newest, and the first by name. Read once for
 * all readers between two changes of the table of created rooms, at most `MAX_AGE_MS` ago.
 */
export class RoomListing {
  readonly #dependencies: RoomListingDependencies;
  #current: Promise<Listing> | null = null;
  #isReading = false;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(dependencies: RoomListingDependencies) {
    const { cache } = dependencies.roomTable;
    this.#dependencies = dependencies;
    cache.on('changed', () => this.invalidate());
    cache.on('resynchronised', () => this.invalidate());
  }

  /** @throws ChatError `database-unavailable` */
  async read(): Promise<{ rooms: KnownRoom[]; isWhole: boolean }> {
    const { catalogue, presence } = this.#dependencies;
    const { first, newest } = await this.#cached();
    if (first.next === null) return { rooms: first.rooms, isWhole: true };
    const busy = await catalogue.find(presence.busiest(MAX_BUSY_ROOMS));
    const rooms = [...busy, ...newest, ...first.rooms].map((room) => [room.name, room] as const);
    return { rooms: [...new Map(rooms).values()], isWhole: false };
  }

  /** The first rooms by name; the same object until it is read again. @throws ChatError `database-unavailable` */
  async first(): Promise<CataloguePage> {
    return (await this.#cached()).first;
  }

  /** Makes the next reading query the database. */
  invalidate(): void {
    this.#current = null;
  }

  #cached(): Promise<Listing> {
    const { now, roomTable } = this.#dependencies;
    const isFresh = roomTable.cache.isFollowing && now() - this.#readAt < MAX_AGE_MS;
    // Concurrent readers share a reading even while changes are not followed: a thousand sockets may connect at once.
    if (this.#current && (isFresh || this.#isReading)) return this.#current;
    const reading = this.#query();
    this.#current = reading;
    this.#readAt = now();
    this.#isReading = true;
    const end = (isFailed: boolean) => {
      if (this.#current !== reading) return;
      this.#isReading = false;
      if (isFailed) this.invalidate();
    };
    reading.then(
      () => end(false),
      () => end(true),
    );
    return reading;
  }

  async #query(): Promise<Listing> {
    const { catalogue } = this.#dependencies;
    const [first, newest] = await Promise.all([
      catalogue.page(null, LISTED_ROOMS),
      catalogue.newest(LISTED_ROOMS),
    ]);
    return { first, newest };
  }
}
