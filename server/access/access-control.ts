import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import { ChatError } from '../protocol/errors.js';
import { ACCESS, type RoomAccess } from '../protocol/room.js';

/** Checks which users may read and write in which room. Follows the tables: a right ends when its row is deleted. */
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

  /** @throws ChatError `database-unavailable` */
  async isForMembers(room: string): Promise<boolean> {
    return (await this.#rooms.get(room))?.access === 'members';
  }

  /** @throws ChatError `database-unavailable` */
  async isMember(room: string, id_user: string): Promise<boolean> {
    return (await this.#memberships.get(room, id_user)) !== undefined;
  }

  /**
   * Subscribes to changes that may revoke access: in one room, for one user if known; or in any room (null) after an
   * interruption during which changes may have been missed.
   */
  onChange(listener: (room: string | null, id_user?: string) => void): void {
    this.#rooms.cache.on('changed', (before, after) => {
      const room = after ?? before;
      if (room) listener(room.name);
    });
    this.#rooms.cache.on('resynchronised', () => listener(null));
    this.#memberships.cache.on(
      'changed',
      (before, after) => before && !after && listener(before.room, before.id_user),
    );
    this.#memberships.cache.on('resynchronised', () => listener(null));
  }
}

/** Validates the access of a new room; `open` if it is missing. @throws ChatError `bad-access` */
export function cleanAccess(value: unknown): RoomAccess {
  if (value === undefined) return 'open';
  const access = ACCESS.find((one) => one === value);
  if (access) return access;
  throw new ChatError('bad-access', `access must be one of ${ACCESS.join(', ')}`, { field: 'access' });
}
