import { isDeepStrictEqual } from 'node:util';
import type { AccessControl } from '../access/access-control.js';
import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { OwnedSettings, SettingsTable } from '../database/tables/settings-table.js';
import type { UserInfo, UserTable } from '../database/tables/user-table.js';
import { reasonOf } from '../lib/error-reason.js';
import { OrderedTasks } from '../lib/ordered-tasks.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { RoomInfo } from '../protocol/room.js';
import { DEFAULT_SETTINGS } from '../protocol/user-settings.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { MembershipChange, MembershipNews } from '../rooms/membership-news.js';
import type { RoomService } from '../rooms/room-service.js';
import type { Log } from '../telemetry/logger.js';
import type { PresenceRelay } from './presence-relay.js';
import type { SocketConnection } from './socket-connection.js';

export interface AnnouncerDependencies {
  access: Pick<AccessControl, 'roleOf'>;
  roomTable: RoomTable;
  memberships: MembershipTable;
  membershipNews: MembershipNews;
  settings: SettingsTable;
  users: UserTable;
  rooms: Pick<RoomService, 'showing'>;
  presenceRelay: Pick<PresenceRelay, 'roomsOf'>;
  connections: ReadonlySet<SocketConnection>;
  log: Log;
  /** Called when the name of a user has changed. */
  onRename(user: UserInfo): void;
}

/** Changes of rooms in `ROOM_NEWS_WINDOW_MS` that are sent to all sockets; further ones only to those in the room. */
const ROOM_NEWS_PER_WINDOW = 20;
const ROOM_NEWS_WINDOW_MS = 1_000;
/** Renames that wait for a list of rooms from the database. Further ones are not announced. */
const MAX_WAITING_RENAMES = 10_000;
/** Changes of rooms that wait for the members of a private room. Further ones are not announced. */
const MAX_WAITING_NEWS = 10_000;

/**
 * Notifies sockets of changes of rooms, members and users. It follows the tables' changefeeds alone, so that a row
 * written by another process or by hand is announced like any other.
 */
export class Announcer {
  readonly #dependencies: AnnouncerDependencies;
  /** Renames are announced in order, although they need a query first. */
  readonly #renames: OrderedTasks;
  /** Changes of rooms are announced in order, although those of private rooms need a query first. */
  readonly #roomNews: OrderedTasks;
  #newsCount = 0;
  #newsWindowEnd = 0;

  constructor(dependencies: AnnouncerDependencies) {
    this.#dependencies = dependencies;
    const { roomTable, memberships, membershipNews, settings, users, log } = dependencies;
    this.#renames = new OrderedTasks({
      limit: MAX_WAITING_RENAMES,
      failed: (error) => log.warn({ reason: reasonOf(error) }, 'socket: failed to announce a new name'),
    });
    this.#roomNews = new OrderedTasks({
      limit: MAX_WAITING_NEWS,
      failed: (error) =>
        log.warn({ reason: reasonOf(error) }, 'socket: failed to announce a change of a room'),
    });
    roomTable.cache.on('changed', (before, after) => this.#roomChanged(before, after));
    membershipNews.on('changed', (change) => this.#membersChanged(change));
    memberships.cache.on('changed', (before, after) => {
      if (!before || !after) return;
      if (!isDeepStrictEqual(before.read, after.read)) this.#readPositionChanged(after);
      if (before.role !== after.role) this.#rolesChanged(after.room, [after.id_user]);
    });
    settings.cache.on('changed', (before, after) => this.#settingsChanged((after ?? before)!.id_user, after));
    users.cache.on('changed', (_before, after) => after && this.#renames.add(() => this.#userChanged(after)));
  }

  #roomChanged(before: RoomInfo | null, after: RoomInfo | null): void {
    const name = (after ?? before)!.name;
    const isNews = this.#isWithinNewsLimit();
    const isConcerned = (each: SocketConnection) => isNews || each.isIn(name);
    if (before && after && before.owner !== after.owner)
      this.#rolesChanged(name, [before.owner, after.owner]);
    const frame: ServerFrame = after
      ? { type: before ? 'roomChanged' : 'roomCreated', room: after }
      : { type: 'roomRemoved', room: name };
    const others = newsForOthers(before, after, frame);
    this.#roomNews.add(async () => {
      if (before?.access !== 'private' && after?.access !== 'private')
        return this.#announce(frame, isConcerned);
      const isMember = await this.#membersAmong(name, isConcerned);
      this.#announce(frame, (each) => isConcerned(each) && isMember.has(each.id_user));
      if (others) this.#announce(others, (each) => isConcerned(each) && !isMember.has(each.id_user));
    });
  }

  /** Roles are announced in order too: they need the rows of the room and the members. */
  #rolesChanged(room: string, users: readonly (string | null)[]): void {
    const isNews = this.#isWithinNewsLimit();
    this.#roomNews.add(async () => {
      const { memberships, roomTable } = this.#dependencies;
      const owner = (await roomTable.get(room))?.owner;
      for (const id_user of users) {
        const membership = id_user === null ? undefined : await memberships.get(room, id_user);
        if (id_user === null || !membership) continue;
        const role = id_user === owner ? 'owner' : membership.role;
        const frames = new EncodedFrames([{ type: 'roleChanged', room, id_user, role }]);
        for (const each of this.#dependencies.connections) {
          if (!each.isAuthenticated) continue;
          if (each.id_user === id_user) each.receive(frames);
          else if (isNews && each.isIn(room)) each.receivePeople(room, frames);
        }
      }
    });
  }

  /** The users of sockets who know the room: its members, and operators. */
  async #membersAmong(
    room: string,
    isConcerned: (connection: SocketConnection) => boolean,
  ): Promise<ReadonlySet<string>> {
    const { access, connections } = this.#dependencies;
    const users = new Set([...connections].filter(isConcerned).map(({ id_user }) => id_user));
    const roles = await Promise.all([...users].map((id) => access.roleOf(room, id)));
    return new Set([...users].filter((_id, i) => roles[i] !== 'stranger'));
  }

  /** A page reads the list of rooms again after a while, so a burst of new rooms need not reach every socket. */
  #isWithinNewsLimit(): boolean {
    const now = Date.now();
    if (now >= this.#newsWindowEnd) {
      this.#newsCount = 0;
      this.#newsWindowEnd = now + ROOM_NEWS_WINDOW_MS;
    }
    this.#newsCount += 1;
    return this.#newsCount <= ROOM_NEWS_PER_WINDOW;
  }

  /** The sockets of the user are notified wherever they are, as their list of rooms shows the memberships. */
  #membersChanged({ frame, id_user, isForRoom }: MembershipChange): void {
    const { room } = frame;
    const frames = new EncodedFrames([frame]);
    for (const connection of this.#dependencies.connections) {
      if (!connection.isAuthenticated) continue;
      if (connection.id_user === id_user) connection.receive(frames);
      else if (isForRoom && connection.isIn(room)) connection.receivePeople(room, frames);
    }
  }

  /** Reading positions are for the user's own sockets only. */
  #readPositionChanged({ room, id_user, read }: MembershipInfo): void {
    if (read) this.#announce({ type: 'read', room, position: read }, (each) => each.id_user === id_user);
  }

  /** Settings are for the user's own sockets only. A deleted row leaves the defaults. */
  #settingsChanged(id_user: string, owned: OwnedSettings | null): void {
    const settings = owned?.settings ?? DEFAULT_SETTINGS;
    this.#announce({ type: 'settingsChanged', settings }, (each) => each.id_user === id_user);
  }

  /** Announces a name to the sockets that share a room with the user, as only these show it. */
  async #userChanged(user: UserInfo): Promise<void> {
    const { id_user, name } = user;
    this.#dependencies.onRename(user);
    const shared = await this.#sharedRooms(id_user);
    const isConcerned = (each: SocketConnection) => {
      if (each.id_user === id_user) return true;
      for (const room of each.rooms) if (shared.has(room)) return true;
      return false;
    };
    this.#announce({ type: 'identityChanged', user: { id_user, name } }, isConcerned);
  }

  /** Rooms in which the user is present or a member, or whose newest messages have one by the user. */
  async #sharedRooms(id_user: string): Promise<Set<string>> {
    const { memberships, presenceRelay, rooms } = this.#dependencies;
    const shared = new Set([...rooms.showing(id_user), ...presenceRelay.roomsOf(id_user)]);
    for (const { room } of await memberships.of(id_user)) shared.add(room);
    return shared;
  }

  #announce(frame: ServerFrame, isConcerned: (connection: SocketConnection) => boolean): void {
    const frames = new EncodedFrames([frame]);
    for (const connection of this.#dependencies.connections) {
      if (connection.isAuthenticated && isConcerned(connection)) connection.receive(frames);
    }
  }
}

/** The frame for users who are not members of a room that is or was private: it reports only that the room becomes visible or hidden. */
function newsForOthers(
  before: RoomInfo | null,
  after: RoomInfo | null,
  frame: ServerFrame,
): ServerFrame | null {
  if (after?.access !== 'private') return after && frame;
  const wasVisible = before !== null && before.access !== 'private';
  return wasVisible ? { type: 'roomRemoved', room: after.name } : null;
}
