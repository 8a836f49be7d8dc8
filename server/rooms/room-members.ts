import type { AccessControl } from '../access/access-control.js';
import { isAtLeast, notAllowed } from '../access/rights.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import { isKey } from '../database/tables/primary-key.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { MemberRole, Role } from '../protocol/room.js';

export interface RoomMembersDependencies {
  access: AccessControl;
  limits: Pick<Limits, 'membership' | 'heavyWrites'>;
  memberships: MembershipTable;
  roomTable: RoomTable;
}

/** A member whose role or membership is to be changed. */
export interface MemberChange {
  room: string;
  id_user: string;
  /** The user who changes it, and the address, for limits. */
  by: string;
  address?: string | undefined;
}

/** Members among which the next owner is looked for, in the order of joining. */
const MAX_CANDIDATES = 1_000;

/** Changes roles of members, and ends memberships. */
export class RoomMembers {
  readonly #dependencies: RoomMembersDependencies;

  constructor(dependencies: RoomMembersDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Sets the role of a member; the role `owner` transfers the ownership.
   * @throws ChatError a refusal of `set-role` or `transfer`, `no-such-member`, `rate-limited`, `database-unavailable`
   */
  async setRole(change: MemberChange, role: MemberRole): Promise<void> {
    const { access, limits, memberships } = this.#dependencies;
    const { room, id_user, by, address } = change;
    const action = role === 'owner' ? 'transfer' : 'set-role';
    await access.authorise(room, by, action);
    await limits.membership(by, address);
    const present = await this.#roleOf(room, id_user);
    if (present === role) return;
    if (role === 'owner') return this.#transfer(change);
    // A room keeps an owner: the ownership ends when another member gets it.
    if (present === 'owner') throw notAllowed(action, 'transfer the ownership to another member first');
    const isMember = await limits.heavyWrites.run(address, () => memberships.setRole(room, id_user, role));
    if (!isMember) throw noSuchMember();
  }

  /**
   * Ends the membership of a user of a weaker role.
   * @throws ChatError a refusal of `remove-member`, `not-allowed` for a role that is not weaker, `no-such-member`,
   * `rate-limited`, `database-unavailable`
   */
  async remove({ room, id_user, by, address }: MemberChange): Promise<void> {
    const { access, limits } = this.#dependencies;
    await access.authorise(room, by, 'remove-member');
    await limits.membership(by, address);
    const [own, theirs] = await Promise.all([access.roleOf(room, by), this.#roleOf(room, id_user)]);
    if (id_user !== by && isAtLeast(theirs, own))
      throw notAllowed('remove-member', 'only members of a weaker role can be removed');
    await limits.heavyWrites.run(address, () => this.leave(room, id_user));
  }

  /**
   * Ends a membership; that of the owner passes the ownership on, to the first of the moderators, or else of the members.
   * The owner of a room without other members keeps it. @throws ChatError `database-unavailable`
   */
  async leave(room: string, id_user: string): Promise<void> {
    const { memberships, roomTable } = this.#dependencies;
    if ((await roomTable.get(room))?.owner === id_user) {
      const members = await memberships.in(room, null, MAX_CANDIDATES);
      const others = members.filter((member) => member.id_user !== id_user);
      const next = others.find(({ role }) => role === 'moderator') ?? others[0];
      // First, so that the room has an owner whatever happens next.
      if (next) await roomTable.change(room, { owner: next.id_user }, id_user);
    }
    await memberships.leave(room, id_user);
  }

  /** The ownership is one field of one row, so that it is never with two members, nor with none of them. */
  async #transfer({ room, id_user, address }: MemberChange): Promise<void> {
    const { limits, memberships, roomTable } = this.#dependencies;
    const owner = (await roomTable.get(room))?.owner ?? null;
    await limits.heavyWrites.run(address, async () => {
      // The former owner becomes a moderator when the row of the room changes.
      if (owner !== null) await memberships.setRole(room, owner, 'moderator');
      const isChanged = await roomTable.change(room, { owner: id_user }, owner ?? undefined);
      if (!isChanged) throw notAllowed('transfer', 'the owner of the room has changed');
      if (await memberships.get(room, id_user)) return;
      // The member has left concurrently.
      await roomTable.change(room, { owner }, id_user);
      throw noSuchMember();
    });
  }

  /** @throws ChatError `no-such-member` */
  async #roleOf(room: string, id_user: string): Promise<Role> {
    const { memberships, roomTable } = this.#dependencies;
    if (!isKey(id_user)) throw noSuchMember();
    const [membership, info] = await Promise.all([memberships.get(room, id_user), roomTable.get(room)]);
    if (!membership) throw noSuchMember();
    return info?.owner === id_user ? 'owner' : membership.role;
  }
}

function noSuchMember(): ChatError {
  return new ChatError('no-such-member', 'this user is not a member of the room', { field: 'id_user' });
}
