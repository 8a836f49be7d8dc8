import type { AccessControl } from '../../access/access-control.js';
import type { Authenticator } from '../../auth/authenticator.js';
import type { Credentials } from '../../auth/credentials.js';
import type { Session } from '../../auth/session.js';
import type { MembershipTable } from '../../database/tables/membership-table.js';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import type { Presence } from '../../presence/presence.js';
import type { ClientFrame, ClientFrameType } from '../../protocol/frames.js';
import type { RoomAdministration } from '../../rooms/room-administration.js';
import type { RoomService } from '../../rooms/room-service.js';
import type { SharedRoomList } from '../../rooms/shared-room-list.js';
import type { Search } from '../../search/search.js';
import type { LiveViews } from '../../search/views/live-views.js';
import type { SocketConnection } from '../socket-connection.js';

/** The collaborators of handlers. */
export interface HandlerDependencies extends RoomAdministration {
  access: AccessControl;
  authenticator: Authenticator;
  limits: Limits;
  memberships: MembershipTable;
  presence: Presence;
  rooms: RoomService;
  /** Null: `SEARCH=false`. */
  search: Search | null;
  sharedRoomList: SharedRoomList;
  /** Null: `SEARCH=false`. */
  views: LiveViews | null;
  users: UserTable;
  /** Gives a connection a session and monitors it. */
  welcome(connection: SocketConnection, session: Session, credentials: Credentials): Promise<void>;
}

/**
 * Handles one frame of a client. An error is answered with an `error` frame that has the frame's `ref`. A handler
 * acknowledges a write and never notifies the room: the changefeed does.
 */
export type Handler<T extends ClientFrameType> = (
  connection: SocketConnection,
  frame: ClientFrame<T>,
  dependencies: HandlerDependencies,
) => void | Promise<void>;
