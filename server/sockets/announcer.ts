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
  /** A user has another name now. */
  renamed(user: UserInfo): void;
}

/** Changes of rooms that all sockets learn of within `ROOM_NEWS_WINDOW_MS`; of others only those in the room do. */
const ROOM_NEWS_PER_WINDOW = 20;
const ROOM_NEWS_WINDOW_MS = 1_000;
/** Changes that wait for a name or a list of rooms from the database. Beyond these, sockets are not notified. */
const MAX_WAITING = 10_000;

/**
 * Notifies sockets of changes of rooms, members and users. It follows the tables' changefeeds alone, so that a row
 * written by another process or by hand is announced like any other.
 */
export class Announcer {
  /** Changes are announced in their order, although some need an answer of the database first. */
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private newsCount = 0;
  private newsWindowEnd = 0;

  constructor(private readonly parts: AnnouncerDependencies) {
    const { roomTable, memberships, users } = parts;
    roomTable.cache.on('changed', (before, after) => this.roomChanged(before, after));
    memberships.cache.on('changed', (before, after) =>
      this.enqueue(() => this.membershipChanged(before, after)),
    );
    users.cache.on('changed', (_before, after) => after && this.enqueue(() => this.userChanged(after)));
  }

  private enqueue(announce: () => void | Promise<void>): void {
    if (this.waiting >= MAX_WAITING) return;
    this.waiting += 1;
    this.last = this.last
      .then(announce)
      .catch((error: Error) => this.parts.log.warn({ reason: error.message }, 'socket: change not announced'))
      .finally(() => {
        this.waiting -= 1;
      });
  }

  private roomChanged(before: RoomInfo | null, after: RoomInfo | null): void {
    const name = (after ?? before)!.name;
    const isNews = this.isWithinNewsLimit();
    const isConcerned = (each: SocketConnection) => isNews || each.isIn(name);
    if (after) this.announce({ type: before ? 'roomChanged' : 'roomCreated', room: after }, isConcerned);
    else this.announce({ type: 'roomRemoved', room: name }, isConcerned);
  }

  /** A page reads the list of rooms again after a while, so that a burst of new rooms need not reach each socket. */
  private isWithinNewsLimit(): boolean {
    const now = Date.now();
    if (now >= this.newsWindowEnd) {
      this.newsCount = 0;
      this.newsWindowEnd = now + ROOM_NEWS_WINDOW_MS;
    }
    this.newsCount += 1;
    return this.newsCount <= ROOM_NEWS_PER_WINDOW;
  }

  /** The room's sockets learn of its members; only the user's own sockets learn how far the user has read. */
  private async membershipChanged(
    before: MembershipInfo | null,
    after: MembershipInfo | null,
  ): Promise<void> {
    const membership = after ?? before;
    if (!membership) return;
    const { room, id_user } = membership;
    const isConcerned = (each: SocketConnection) => each.id_user === id_user || each.isIn(room);
    if (after && before) {
      if (!after.read) return;
      this.announce({ type: 'read', room, position: after.read }, (each) => each.id_user === id_user);
    } else if (after) {
      const name = (await this.parts.users.get(id_user))?.name ?? null;
      this.announce({ type: 'memberJoined', room, user: { id_user, name } }, isConcerned);
    } else {
      this.announce({ type: 'memberLeft', room, id_user }, isConcerned);
    }
  }

  /** Only sockets that share a room with the user show the name. */
  private async userChanged(user: UserInfo): Promise<void> {
    const { id_user, name } = user;
    this.parts.renamed(user);
    const shared = await this.sharedRooms(id_user);
    const isConcerned = (each: SocketConnection) => {
      if (each.id_user === id_user) return true;
      for (const room of each.rooms) if (shared.has(room)) return true;
      return false;
    };
    this.announce({ type: 'identityChanged', user: { id_user, name } }, isConcerned);
  }

  /** Rooms in which the user is present or a member, or whose newest messages have one by the user. */
  private async sharedRooms(id_user: string): Promise<Set<string>> {
    const { memberships, presenceRelay, rooms } = this.parts;
    const shared = new Set([...rooms.showing(id_user), ...presenceRelay.roomsOf(id_user)]);
    for (const { room } of await memberships.of(id_user)) shared.add(room);
    return shared;
  }

  private announce(frame: ServerFrame, isConcerned: (connection: SocketConnection) => boolean): void {
    const frames = new EncodedFrames([frame]);
    for (const connection of this.parts.connections) {
      if (connection.isAuthenticated && isConcerned(connection)) connection.receive(frames);
    }
  }
}
