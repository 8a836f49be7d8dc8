import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserInfo, UserTable } from '../database/tables/user-table.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { RoomInfo } from '../protocol/room.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { RoomService } from '../rooms/room-service.js';
import type { Log } from '../telemetry/logger.js';
import type { PresenceRelay } from './presence-relay.js';
import type { SocketConnection } from './socket-connection.js';

export interface AnnouncerDependencies {
  roomTable: RoomTable;
  memberships: MembershipTable;
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
/** Changes that wait for a name or a list of rooms from the database. Further ones are not announced. */
const MAX_WAITING_CHANGES = 10_000;

/**
 * Notifies sockets of changes of rooms, members and users. It follows the tables' changefeeds alone, so that a row
 * written by another process or by hand is announced like any other.
 */
export class Announcer {
  readonly #dependencies: AnnouncerDependencies;
  /** Changes are announced in order, although some need a query first. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #newsCount = 0;
  #newsWindowEnd = 0;

  constructor(dependencies: AnnouncerDependencies) {
    this.#dependencies = dependencies;
    const { roomTable, memberships, users } = dependencies;
    roomTable.cache.on('changed', (before, after) => this.#roomChanged(before, after));
    memberships.cache.on('changed', (before, after) =>
      this.#enqueue(() => this.#membershipChanged(before, after)),
    );
    users.cache.on('changed', (_before, after) => after && this.#enqueue(() => this.#userChanged(after)));
  }

  #enqueue(announce: () => void | Promise<void>): void {
    if (this.#waiting >= MAX_WAITING_CHANGES) return;
    this.#waiting += 1;
    this.#last = this.#last
      .then(announce)
      .catch((error: Error) =>
        this.#dependencies.log.warn({ reason: error.message }, 'socket: failed to announce a change'),
      )
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  #roomChanged(before: RoomInfo | null, after: RoomInfo | null): void {
    const name = (after ?? before)!.name;
    const isNews = this.#isWithinNewsLimit();
    const isConcerned = (each: SocketConnection) => isNews || each.isIn(name);
    if (after) this.#announce({ type: before ? 'roomChanged' : 'roomCreated', room: after }, isConcerned);
    else this.#announce({ type: 'roomRemoved', room: name }, isConcerned);
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

  /** Announces members to the sockets in the room, and reading positions to the user's own sockets only. */
  async #membershipChanged(before: MembershipInfo | null, after: MembershipInfo | null): Promise<void> {
    const membership = after ?? before;
    if (!membership) return;
    const { room, id_user } = membership;
    const isConcerned = (each: SocketConnection) => each.id_user === id_user || each.isIn(room);
    if (after && before) {
      if (!after.read) return;
      this.#announce({ type: 'read', room, position: after.read }, (each) => each.id_user === id_user);
    } else if (after) {
      const name = (await this.#dependencies.users.get(id_user))?.name ?? null;
      this.#announce({ type: 'memberJoined', room, user: { id_user, name } }, isConcerned);
    } else {
      this.#announce({ type: 'memberLeft', room, id_user }, isConcerned);
    }
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
