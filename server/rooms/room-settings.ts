import type { AccessControl } from '../access/access-control.js';
import { noSuchRoom } from '../access/rights.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomChange, RoomTable } from '../database/tables/room-table.js';
import type { Limits } from '../limits/limits.js';
import type { Presence } from '../presence/presence.js';
import { ChatError } from '../protocol/errors.js';
import { LOBBY } from '../protocol/message.js';
import type { RoomAccess } from '../protocol/room.js';
import type { GivenRoomSettings } from '../protocol/room-settings.js';
import type { RoomListing } from './room-listing.js';

export interface RoomSettingsDependencies {
  access: AccessControl;
  limits: Pick<Limits, 'changeSettings' | 'heavyWrites'>;
  listing: Pick<RoomListing, 'invalidate'>;
  memberships: Pick<MembershipTable, 'get'>;
  presence: Pick<Presence, 'users'>;
  roomTable: RoomTable;
  now: () => number;
}

/** The effects of a change of the access on users who are not members. */
export interface AccessEffects {
  /** Users who are in the room now and cannot read it any more. */
  loses_access: number;
  /** All users can read and write in the room now. */
  gains_access: boolean;
}

/** Changes the settings of created rooms, for users with the right to. */
export class RoomSettings {
  readonly #dependencies: RoomSettingsDependencies;

  constructor(dependencies: RoomSettingsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Changes the given settings and keeps the others.
   * @param address of the user, for limits
   * @throws ChatError a refusal of `describe` or `configure`, `bad-access` for the lobby, `rate-limited`, `database-unavailable`
   */
  async change(
    room: string,
    by: string,
    settings: GivenRoomSettings,
    address?: string,
  ): Promise<AccessEffects> {
    const { access, limits, listing, roomTable, now } = this.#dependencies;
    const { archived: isArchived, ...others } = settings;
    const { topic, description, ...rules } = settings;
    const isConfigured = Object.values(rules).some((value) => value !== undefined);
    if (isConfigured) await access.authorise(room, by, 'configure');
    if (topic !== undefined || description !== undefined) await access.authorise(room, by, 'describe');
    if (room === LOBBY && (rules.access ?? 'open') !== 'open')
      throw new ChatError('bad-access', 'the lobby is open to all users', { field: 'access' });
    await limits.changeSettings(by, address);
    const before = await roomTable.get(room);
    if (!before) throw noSuchRoom();
    const effects = await this.effectsOf(room, before.access, rules.access ?? before.access);
    const archived = isArchived === undefined ? undefined : isArchived ? (before.archived ?? now()) : null;
    const change: RoomChange = { ...others, ...(archived !== undefined && { archived }) };
    const isChanged = await limits.heavyWrites.run(address, () => roomTable.change(room, change));
    if (!isChanged) throw noSuchRoom();
    listing.invalidate();
    return effects;
  }

  /** @throws ChatError `database-unavailable` */
  async effectsOf(room: string, from: RoomAccess, to: RoomAccess): Promise<AccessEffects> {
    const isClosed = from === 'open' && to !== 'open';
    return {
      loses_access: isClosed ? await this.strangersIn(room) : 0,
      gains_access: from !== 'open' && to === 'open',
    };
  }

  /** Number of users who are in a room without being members. @throws ChatError `database-unavailable` */
  async strangersIn(room: string): Promise<number> {
    const { access, presence } = this.#dependencies;
    const { users } = await presence.users(room);
    const ids = [...new Set(users.map(({ id_user }) => id_user))];
    const roles = await Promise.all(ids.map((id) => access.roleOf(room, id)));
    return roles.filter((role) => role === 'stranger').length;
  }
}
