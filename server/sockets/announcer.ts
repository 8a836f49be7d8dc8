import type { MembershipInfo, MembershipTable } from '../database/membership-table.js';
import type { RoomInfo, RoomTable } from '../database/room-table.js';
import type { UserInfo, UserTable } from '../database/user-table.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { Connection } from './connection.js';
import type { ServerFrame } from './frames.js';

export interface AnnouncerParts {
  roomTable: RoomTable;
  memberships: MembershipTable;
  users: UserTable;
  connections: ReadonlySet<Connection>;
  /** A user has another name now. */
  renamed(user: UserInfo): void;
}

/**
 * Tells sockets what becomes different about rooms, members and users. It listens to the tables' changefeeds alone, so
 * that a row written by another process or by hand is announced like any other.
 */
export class Announcer {
  constructor(private readonly parts: AnnouncerParts) {
    parts.roomTable.live.on('changed', (before, after) => this.roomChanged(before, after));
    parts.memberships.live.on('changed', (before, after) => this.membershipChanged(before, after));
    parts.users.live.on('changed', (_before, after) => after && this.userChanged(after));
  }

  private roomChanged(before: RoomInfo | null, after: RoomInfo | null): void {
    if (after) this.announce({ type: before ? 'roomChanged' : 'roomCreated', room: after }, () => true);
    else if (before) this.announce({ type: 'roomRemoved', room: before.name }, () => true);
  }

  /** Members are told of, in their rooms; how far one has read, to one's own sockets alone. */
  private membershipChanged(before: MembershipInfo | null, after: MembershipInfo | null): void {
    const membership = after ?? before;
    if (!membership) return;
    const { room, id_user } = membership;
    const isConcerned = (each: Connection) => each.id_user === id_user || each.isIn(room);
    if (after && before) {
      if (!after.read) return;
      this.announce({ type: 'read', room, position: after.read }, (each) => each.id_user === id_user);
    } else if (after) {
      const name = this.parts.users.live.get(id_user)?.name ?? null;
      this.announce({ type: 'memberJoined', room, user: { id_user, name } }, isConcerned);
    } else {
      this.announce({ type: 'memberLeft', room, id_user }, isConcerned);
    }
  }

  private userChanged(user: UserInfo): void {
    const { id_user, name } = user;
    this.parts.renamed(user);
    this.announce({ type: 'identityChange', user: { id_user, name } }, () => true);
  }

  private announce(frame: ServerFrame, isConcerned: (connection: Connection) => boolean): void {
    const frames = new EncodedFrames([frame]);
    for (const connection of this.parts.connections) {
      if (connection.isKnown && isConcerned(connection)) connection.receive(frames);
    }
  }
}
