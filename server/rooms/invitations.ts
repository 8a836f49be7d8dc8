import type { AccessControl } from '../access/access-control.js';
import {
  hasEnded,
  type Invitation,
  type InvitationTable,
  invitationId,
} from '../database/tables/invitation-table.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { RoomInfo } from '../protocol/room.js';
import { unclaimed } from './room-catalogue.js';
import { addMember, type Person } from './room-creation.js';

export interface InvitationsDependencies {
  access: AccessControl;
  invitationTable: InvitationTable;
  limits: Pick<Limits, 'membership' | 'heavyWrites'>;
  memberships: MembershipTable;
  roomTable: RoomTable;
  users: Pick<UserTable, 'get' | 'introduce'>;
  now: () => number;
}

export interface InvitationRequest {
  room: string;
  by: string;
  /** Of the sender, for limits. */
  address?: string | undefined;
  /** Milliseconds from now; null: it does not expire. */
  expiresInMs: number | null;
  /** How many users may join; null: any number. */
  uses: number | null;
  /** The only user who may join. */
  id_user: string | null;
}

/** An invitation as its reader sees it. */
export interface OpenInvitation {
  invitation: Invitation;
  room: Pick<RoomInfo, 'name' | 'topic' | 'access'>;
  /** The name of the user who invites; null if it is not known. */
  by: string | null;
}

/** Open invitations of a room. */
export const MAX_INVITATIONS = 50;

/** Invitations into rooms: links, and invitations for one user. */
export class Invitations {
  readonly #dependencies: InvitationsDependencies;

  constructor(dependencies: InvitationsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * @returns the invitation and its token, which is not shown again
   * @throws ChatError a refusal of `invite`, `no-such-user`, `too-many-invitations`, `rate-limited`, `database-unavailable`
   */
  async create({ room, by, address, expiresInMs, uses, id_user }: InvitationRequest): Promise<{
    invitation: Invitation;
    token: string;
  }> {
    const { access, invitationTable, limits, users, now } = this.#dependencies;
    await access.authorise(room, by, 'invite');
    await limits.membership(by, address);
    if (id_user !== null && !(await users.get(id_user)))
      throw new ChatError('no-such-user', 'no user has this id', { field: 'id_user' });
    const open = await invitationTable.of(room, now());
    if (open.length >= MAX_INVITATIONS)
      throw new ChatError('too-many-invitations', `a room can have ${MAX_INVITATIONS} open invitations`, {
        limit: MAX_INVITATIONS,
      });
    const expires = expiresInMs === null ? null : now() + expiresInMs;
    const uses_left = id_user === null ? uses : 1;
    return limits.heavyWrites.run(address, () =>
      invitationTable.create({ room, by, expires, uses_left, id_user }, now()),
    );
  }

  /** The open invitations of a room, the newest first. @throws ChatError a refusal of `invite`, `database-unavailable` */
  async list(room: string, by: string): Promise<Invitation[]> {
    const { access, invitationTable, now } = this.#dependencies;
    await access.authorise(room, by, 'invite');
    return invitationTable.of(room, now());
  }

  /** @throws ChatError a refusal of `invite`, `no-such-invitation`, `database-unavailable` */
  async revoke(room: string, id: string, by: string): Promise<void> {
    const { access, invitationTable } = this.#dependencies;
    await access.authorise(room, by, 'invite');
    if (!(await invitationTable.revoke(room, id))) throw noSuchInvitation();
  }

  /** The open invitations for a user. @throws ChatError `database-unavailable` */
  async for(id_user: string): Promise<OpenInvitation[]> {
    const found = await this.#dependencies.invitationTable.for(id_user, this.#dependencies.now());
    return Promise.all(found.map((invitation) => this.#describe(invitation)));
  }

  /** The invitation of a link. @throws ChatError `no-such-invitation`, `database-unavailable` */
  async read(token: string, id_user: string): Promise<OpenInvitation> {
    return this.#describe(await this.#open(invitationId(token), id_user));
  }

  /**
   * Joins the room of a link, or of an invitation for the user by its id.
   * @returns the name of the room
   * @throws ChatError `no-such-invitation`, `too-many-rooms`, `rate-limited`, `database-unavailable`
   */
  async accept(by: { token: string } | { id: string }, person: Person, address?: string): Promise<string> {
    const { invitationTable, limits, memberships, now } = this.#dependencies;
    const { id_user } = person;
    await limits.membership(id_user, address);
    const invitation = await this.#open('id' in by ? by.id : invitationId(by.token), id_user);
    const { id, room } = invitation;
    // The id is not secret.
    if ('id' in by && invitation.id_user !== id_user) throw noSuchInvitation();
    await limits.heavyWrites.run(address, async () => {
      if (await memberships.get(room, id_user)) return;
      if (!(await invitationTable.use(id, now()))) throw noSuchInvitation();
      try {
        await addMember(room, person, this.#dependencies);
      } catch (error) {
        await invitationTable.giveBack(id);
        throw error;
      }
    });
    return room;
  }

  /** @throws ChatError `no-such-invitation` */
  async #open(id: string, id_user: string): Promise<Invitation> {
    const { invitationTable, now } = this.#dependencies;
    const invitation = await invitationTable.get(id);
    if (!invitation || hasEnded(invitation, now())) throw noSuchInvitation();
    if (invitation.id_user !== null && invitation.id_user !== id_user) throw noSuchInvitation();
    return invitation;
  }

  async #describe(invitation: Invitation): Promise<OpenInvitation> {
    const { roomTable, users } = this.#dependencies;
    const [room, inviter] = await Promise.all([
      roomTable.get(invitation.room),
      invitation.by === null ? undefined : users.get(invitation.by),
    ]);
    const { name, topic, access } = room ?? unclaimed(invitation.room);
    return { invitation, room: { name, topic, access }, by: inviter?.name ?? null };
  }
}

function noSuchInvitation(): ChatError {
  return new ChatError('no-such-invitation', 'there is no such invitation, or it has ended');
}
