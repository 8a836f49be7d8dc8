import type { MembershipTable } from '../database/membership-table.js';
import { ACCESS, type RoomTable, type Access as Way } from '../database/room-table.js';
import { ChatError } from '../errors.js';

/** Who may read and write in which room. Answers from memory; the tables are followed by changefeeds. */
export class Access {
  constructor(
    private readonly rooms: RoomTable,
    private readonly memberships: MembershipTable,
    /** Milliseconds to wait for the tables, while they are not known yet. */
    private readonly readyMs = 5_000,
  ) {}

  /** @throws ChatError `not-a-member`, `database-away` */
  async check(room: string, id_user: string): Promise<void> {
    await Promise.all([this.rooms.live.ready(this.readyMs), this.memberships.live.ready(this.readyMs)]);
    if (!this.allows(room, id_user))
      throw new ChatError('not-a-member', 'this room is for its members', { field: 'room' });
  }

  allows(room: string, id_user: string): boolean {
    return this.rooms.get(room)?.access !== 'members' || this.memberships.get(room, id_user) !== undefined;
  }

  /** Calls back with the name of a room in which rights may have changed, and with the user, if it concerns only one. */
  onChange(listener: (room: string, id_user?: string) => void): void {
    this.rooms.live.on('changed', (before, after) => listener((after ?? before)!.name));
    this.memberships.live.on('changed', (before, after) => {
      // A member has read further.
      if (before && after) return;
      const { room, id_user } = (after ?? before)!;
      listener(room, id_user);
    });
  }
}

/** How a room may be entered, as somebody asks for it; `open` where nothing is said. @throws ChatError `bad-access` */
export function cleanAccess(value: unknown): Way {
  if (value === undefined) return 'open';
  const access = ACCESS.find((one) => one === value);
  if (access) return access;
  throw new ChatError('bad-access', `access is one of ${ACCESS.join(', ')}`, { field: 'access' });
}
