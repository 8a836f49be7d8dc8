import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { Role } from '../protocol/room.js';
import { type Action, isArchived, isFree, isRefusal, refusalOf, UNCLAIMED_RULES } from './rights.js';

export interface AccessControlDependencies {
  rooms: RoomTable;
  memberships: MembershipTable;
  /** Ids of the operators, of the setting `ADMINS`. */
  admins?: ReadonlySet<string>;
}

/**
 * The only check of rights, for every transport: applies the table of rights to the rows of rooms and memberships. Follows
 * the tables: a right ends when its row changes.
 */
export class AccessControl {
  readonly #rooms: RoomTable;
  readonly #memberships: MembershipTable;
  readonly #admins: ReadonlySet<string>;

  constructor({ rooms, memberships, admins = new Set() }: AccessControlDependencies) {
    this.#rooms = rooms;
    this.#memberships = memberships;
    this.#admins = admins;
  }

  /**
   * @param id_user empty for a visitor without an identity
   * @throws ChatError the refusal, see `refusalOf`; `database-unavailable`
   */
  async authorise(room: string, id_user: string, action: Action): Promise<void> {
    const rules = (await this.#rooms.get(room)) ?? UNCLAIMED_RULES;
    if (isFree(action, rules)) return;
    const refusal = refusalOf(action, rules, await this.roleOf(room, id_user));
    if (refusal) throw refusal;
  }

  /** Like `authorise`, with false for a refusal. @throws ChatError `database-unavailable` */
  async may(room: string, id_user: string, action: Action): Promise<boolean> {
    try {
      await this.authorise(room, id_user, action);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  /** @throws ChatError `database-unavailable` */
  async roleOf(room: string, id_user: string): Promise<Role> {
    if (this.#admins.has(id_user)) return 'operator';
    const membership = await this.#memberships.get(room, id_user);
    if (!membership) return 'stranger';
    return (await this.#rooms.get(room))?.owner === id_user ? 'owner' : membership.role;
  }

  /** For messages of bots, which have no role. @throws ChatError `archived`, `database-unavailable` */
  async requireWritable(room: string): Promise<void> {
    if (((await this.#rooms.get(room))?.archived ?? null) !== null) throw isArchived();
  }

  isOperator(id_user: string): boolean {
    return this.#admins.has(id_user);
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
