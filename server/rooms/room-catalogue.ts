import { UNCLAIMED_RULES } from '../access/rights.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UsedRooms } from '../database/tables/used-rooms.js';
import type { KnownRoom, RoomInfo } from '../protocol/room.js';

export interface CataloguePage {
  rooms: KnownRoom[];
  /** The last name of this page; null on the last page. */
  next: string | null;
}

/**
 * All rooms but private ones in the order of their names: those that were created, and those that have messages. A room in
 * which users are present without having written anything is not listed: it would come and go with each mistyped address, and
 * a list that is read page by page could not be consistent with the presence of several processes.
 */
export class RoomCatalogue {
  readonly #created: RoomTable;
  readonly #used: UsedRooms;

  constructor(created: RoomTable, used: UsedRooms) {
    this.#created = created;
    this.#used = used;
  }

  /** @throws ChatError `database-unavailable` */
  async page(after: string | null, limit: number): Promise<CataloguePage> {
    const rooms: KnownRoom[] = [];
    let from = after;
    let isLast = false;
    // Private rooms among the rooms with messages are left out, so that a page may need several steps.
    while (rooms.length <= limit && !isLast) {
      const names = await this.#names(from, limit + 1);
      rooms.push(...(await this.#known(names.found)));
      from = names.found.at(-1) ?? from;
      isLast = names.isLast;
    }
    const page = rooms.slice(0, limit);
    return { rooms: page, next: rooms.length > limit ? (page.at(-1)?.name ?? null) : null };
  }

  /** Those of the rooms that were created or have messages, without private ones. @throws ChatError `database-unavailable` */
  async find(names: readonly string[]): Promise<KnownRoom[]> {
    const created = await this.#created.getMany(names);
    const others = names.filter((name) => !created.has(name));
    const used = new Set(others.length === 0 ? [] : await this.#used.among(others));
    return names.flatMap((name) => {
      const room = created.get(name);
      if (room) return isListed(room) ? [claimed(room)] : [];
      return used.has(name) ? [unclaimed(name)] : [];
    });
  }

  /** The rooms that were created last, without private ones. @throws ChatError `database-unavailable` */
  async newest(limit: number): Promise<KnownRoom[]> {
    return this.#known(await this.#created.newest(limit));
  }

  /** Names after another one in their order, private rooms included. `isLast`: there are no further names. */
  async #names(after: string | null, limit: number): Promise<{ found: string[]; isLast: boolean }> {
    const lists = await Promise.all([this.#created.after(after, limit), this.#used.after(after, limit)]);
    // Beyond the last name of a full list, its names are not known.
    const ends = lists.flatMap((names) => (names.length === limit ? names.slice(-1) : [])).sort(compareNames);
    const end = ends[0];
    const found = [...new Set(lists.flat())].sort(compareNames);
    return {
      found: found.filter((name) => end === undefined || compareNames(name, end) <= 0),
      isLast: end === undefined,
    };
  }

  /** Of several rows for one room, the strictest one counts. */
  async #known(names: readonly string[]): Promise<KnownRoom[]> {
    const created = await this.#created.getMany(names);
    return names
      .map((name) => {
        const room = created.get(name);
        return room ? claimed(room) : unclaimed(name);
      })
      .filter(isListed);
  }
}

const isListed = ({ access }: RoomInfo) => access !== 'private';

export const claimed = (room: RoomInfo): KnownRoom => ({ ...room, is_created: true });

/** A room that was not created. */
export function unclaimed(name: string): KnownRoom {
  return {
    name,
    topic: '',
    ...UNCLAIMED_RULES,
    created: null,
    created_by: null,
    owner: null,
    is_created: false,
  };
}

/** The order of the database: by the bytes of UTF-8. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
