import { LRUCache } from 'lru-cache';
import type { MembershipTable } from '../database/tables/membership-table.js';
import { MAX_COUNTED_MEMBERS } from '../protocol/message.js';

/** Rooms whose number of members a process keeps in memory. */
const MAX_CACHED_ROOMS = 1_000;

/** How many members a room has. Counted once between two changes of its members. */
export class MemberCounts {
  readonly #memberships: MembershipTable;
  readonly #counts = new LRUCache<string, Promise<number>>({ max: MAX_CACHED_ROOMS });

  constructor(memberships: MembershipTable) {
    this.#memberships = memberships;
    memberships.cache.on('changed', (before, after) => {
      const changed = after ?? before;
      if (changed && !(before && after)) this.#counts.delete(changed.room);
    });
    memberships.cache.on('resynchronised', () => this.#counts.clear());
  }

  /** At most `MAX_COUNTED_MEMBERS`. @throws ChatError `database-unavailable` */
  async in(room: string): Promise<number> {
    const known = this.#counts.get(room);
    if (known && this.#memberships.cache.isFollowing) return known;
    const counting = this.#memberships.count(room, MAX_COUNTED_MEMBERS);
    this.#counts.set(room, counting);
    // A failed count is not kept.
    counting.catch(() => this.#counts.get(room) === counting && this.#counts.delete(room));
    return counting;
  }
}
