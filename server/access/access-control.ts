import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import { ChatError } from '../protocol/errors.js';
import { ACCESS, type RoomAccess as Way } from '../protocol/room.js';

/** Which users may read and write in which room. Follows the tables, so that rights end when their rows do. */
export class AccessControl {
  readonly #rooms: RoomTable;
  readonly #memberships: MembershipTable;

  constructor(rooms: RoomTable, memberships: MembershipTable) {
    this.#rooms = rooms;
    this.#memberships = memberships;
  }

  /** @throws ChatError `not-a-member`, `database-unavailable` */
  async check(room: string, id_user: string): Promise<void> {
    if ((await this.#rooms.get(room))?.access !== 'members') return;
    if (!(await this.#memberships.get(room, id_user)))
      throw new ChatError('not-a-member', 'this room is for its members', { field: 'room' });
  }

  /**
   * Calls back when rights may have ended: in one room, of one user where that is known; or, after an interruption
   * during which changes may have been missed, in any room (null).
   */
  onChange(listener: (room: string | null, id_user?: string) => void): void {
    this.#rooms.cache.on('changed', (before, after) => listener((after ?? before)!.name));
    this.#rooms.cache.on('resynchronised', () => listener(null));
    this.#memberships.cache.on(
      'changed',
      (before, after) => before && !after && listener(before.room, before.id_user),
    );
    this.#memberships.cache.on('resynchronised', () => listener(null));
  }
}

/** How a room may be entered, as somebody asks for it; `open` where nothing is said. @throws ChatError `bad-access` */
export function cleanAccess(value: unknown): Way {
  if (value === undefined) return 'open';
  const access = ACCESS.find((one) => one === value);
  if (access) return access;
  throw new ChatError('bad-access', `access is one of ${ACCESS.join(', ')}`, { field: 'access' });
}
