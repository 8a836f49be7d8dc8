import type { RoomTable } from '../database/tables/room-table.js';
import type { UsedRooms } from '../database/tables/used-rooms.js';
import type { KnownRoom, RoomInfo } from '../protocol/room.js';

export interface CataloguePage {
  rooms: KnownRoom[];
  /** The last name of this page; null on the last page. */
  next: string | null;
}

/**
 * All rooms in the order of their names: those that were created, and those that have messages. A room in which users are
 * present without having written anything is not listed: it would come and go with each mistyped address, and a list that
 * is read page by page could not be consistent with the presence of several processes.
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
    const [created, used] = await Promise.all([
      this.#created.after(after, limit + 1),
      this.#used.after(after, limit + 1),
    ]);
    const rooms = new Map(used.map((name) => [name, unclaimed(name)]));
    for (const room of created) {
      // Of two rows for one room, the stricter one counts.
      if (rooms.get(room.name)?.access !== 'members') rooms.set(room.name, claimed(room));
    }
    // Beyond the last row that was read, created rooms are not known.
    const end = created.length > limit ? created.at(-1)?.name : undefined;
    const found = [...rooms.values()]
      .filter(({ name }) => end === undefined || compareNames(name, end) <= 0)
      .sort((a, b) => compareNames(a.name, b.name));
    const page = found.slice(0, limit);
    const hasMore = end !== undefined || found.length > limit;
    return { rooms: page, next: hasMore ? (page.at(-1)?.name ?? null) : null };
  }

  /** Those of the rooms that were created or have messages. @throws ChatError `database-unavailable` */
  async find(names: readonly string[]): Promise<KnownRoom[]> {
    const created = await this.#created.getMany(names);
    const others = names.filter((name) => !created.has(name));
    const used = new Set(others.length === 0 ? [] : await this.#used.among(others));
    return names.flatMap((name) => {
      const room = created.get(name);
      if (room) return [claimed(room)];
      return used.has(name) ? [unclaimed(name)] : [];
    });
  }
}

export const claimed = (room: RoomInfo): KnownRoom => ({ ...room, is_created: true });

/** A room that was not created. */
export function unclaimed(name: string): KnownRoom {
  return { name, topic: '', access: 'open', created: null, created_by: null, is_created: false };
}

/** The order of the database: by the bytes of UTF-8. */
function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
