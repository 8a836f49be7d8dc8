import type { AccessControl } from '../access/access-control.js';
import type { JoinRequest, JoinRequestTable } from '../database/tables/join-request-table.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import { isKey } from '../database/tables/primary-key.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import type { Person } from './room-creation.js';

export interface JoinRequestsDependencies {
  access: AccessControl;
  joinRequestTable: JoinRequestTable;
  limits: Pick<Limits, 'membership' | 'heavyWrites'>;
  memberships: MembershipTable;
  users: Pick<UserTable, 'getMany' | 'introduce'>;
  now: () => number;
}

/** A request with the current name of its user. */
export interface NamedRequest extends JoinRequest {
  name: string | null;
}

/** Requests of a room that wait for a decision. */
export const MAX_REQUESTS = 100;

/** Requests to join rooms whose moderators decide who becomes a member. */
export class JoinRequests {
  readonly #dependencies: JoinRequestsDependencies;

  constructor(dependencies: JoinRequestsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Asks to join. Asking twice is no error.
   * @param address of the user, for limits
   * @throws ChatError a refusal of `request`, `bad-request` in a room that can be joined without, `too-many-requests`,
   * `rate-limited`, `database-unavailable`
   */
  async add(room: string, { id_user, name }: Person, text: string, address?: string): Promise<void> {
    const { access, joinRequestTable, limits, users, now } = this.#dependencies;
    await access.authorise(room, id_user, 'request');
    if (await access.may(room, id_user, 'join'))
      throw new ChatError('bad-request', 'this room can be joined without a request', { field: 'room' });
    await limits.membership(id_user, address);
    if ((await joinRequestTable.of(room, MAX_REQUESTS)).length >= MAX_REQUESTS)
      throw new ChatError('too-many-requests', `a room can have ${MAX_REQUESTS} requests`, {
        limit: MAX_REQUESTS,
      });
    await limits.heavyWrites.run(address, async () => {
      await users.introduce(id_user, name);
      await joinRequestTable.add({ room, id_user, text }, now());
    });
  }

  /** Whether a user waits for a decision. @throws ChatError `database-unavailable` */
  async has(room: string, id_user: string): Promise<boolean> {
    return id_user !== '' && this.#dependencies.joinRequestTable.has(room, id_user);
  }

  /** The oldest first. @throws ChatError a refusal of `decide`, `database-unavailable` */
  async list(room: string, by: string): Promise<NamedRequest[]> {
    const { access, joinRequestTable, users } = this.#dependencies;
    await access.authorise(room, by, 'decide');
    const requests = await joinRequestTable.of(room, MAX_REQUESTS);
    const names = await users.getMany(requests.map(({ id_user }) => id_user));
    return requests.map((request) => ({ ...request, name: names.get(request.id_user)?.name ?? null }));
  }

  /**
   * Makes the user of a request a member.
   * @throws ChatError a refusal of `decide`, `no-such-request`, `too-many-rooms` (of the user), `database-unavailable`
   */
  async accept(room: string, id_user: string, by: string): Promise<void> {
    const { access, joinRequestTable, memberships } = this.#dependencies;
    await access.authorise(room, by, 'decide');
    if (!isKey(id_user) || !(await joinRequestTable.has(room, id_user))) throw noSuchRequest();
    // First, so that the request is there until the user is a member.
    await memberships.join(room, id_user);
    await joinRequestTable.remove(room, id_user);
  }

  /** Declines a request, or withdraws an own one. @throws ChatError a refusal of `decide`, `no-such-request` */
  async remove(room: string, id_user: string, by: string): Promise<void> {
    const { access, joinRequestTable } = this.#dependencies;
    if (id_user !== by) await access.authorise(room, by, 'decide');
    if (!isKey(id_user) || !(await joinRequestTable.remove(room, id_user))) throw noSuchRequest();
  }
}

function noSuchRequest(): ChatError {
  return new ChatError('no-such-request', 'there is no such request to join the room', { field: 'id_user' });
}
