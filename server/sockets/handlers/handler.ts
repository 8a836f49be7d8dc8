import type { AccessControl } from '../../access/access-control.js';
import type { Authenticator } from '../../auth/authenticator.js';
import type { Credentials } from '../../auth/credentials.js';
import type { Session } from '../../auth/session.js';
import type { MembershipTable } from '../../database/tables/membership-table.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import type { Presence } from '../../presence/presence.js';
import type { ClientFrame, ClientFrameType } from '../../protocol/frames.js';
import type { RoomService } from '../../rooms/room-service.js';
import type { SocketConnection } from '../socket-connection.js';

/** What handlers work with. */
export interface HandlerDependencies {
  access: AccessControl;
  authenticator: Authenticator;
  limits: Limits;
  memberships: MembershipTable;
  presence: Presence;
  rooms: RoomService;
  users: UserTable;
  /** Makes a connection somebody's, and watches over how long that holds. */
  welcome(connection: SocketConnection, session: Session, credentials: Credentials): Promise<void>;
}

/**
 * Deals with one frame of a browser. What it throws is answered with an `error` frame that carries the frame's `ref`.
 * It acknowledges what it wrote and never tells a room about it: that is the changefeed's part.
 */
export type Handler<T extends ClientFrameType> = (
  connection: SocketConnection,
  frame: ClientFrame<T>,
  parts: HandlerDependencies,
) => void | Promise<void>;
