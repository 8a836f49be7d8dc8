import { reasonOf } from '../lib/error-reason.js';
import type { ServerFrame } from '../protocol/frames.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { SharedRoomList, SharedRoomPage } from '../rooms/shared-room-list.js';
import type { Log } from '../telemetry/logger.js';
import type { SocketConnection } from './socket-connection.js';

export interface RoomListRelayDependencies {
  sharedRoomList: Pick<SharedRoomList, 'firstPage'>;
  log: Log;
}

/** Sends new sockets the first page of the list of rooms, which is read and encoded once for all of them. */
export class RoomListRelay {
  readonly #dependencies: RoomListRelayDependencies;
  readonly #encoded = new WeakMap<SharedRoomPage, EncodedFrames>();

  constructor(dependencies: RoomListRelayDependencies) {
    this.#dependencies = dependencies;
  }

  /** Never rejects. While the database is unavailable, the socket receives no list, and can request one later. */
  async send(connection: SocketConnection): Promise<void> {
    try {
      const page = await this.#dependencies.sharedRoomList.firstPage();
      const frames = this.#encoded.get(page) ?? new EncodedFrames([roomList(page)]);
      this.#encoded.set(page, frames);
      if (connection.isAuthenticated) connection.receive(frames);
    } catch (error) {
      this.#dependencies.log.debug({ reason: reasonOf(error) }, 'socket: the list of rooms cannot be read');
    }
  }
}

const roomList = (page: SharedRoomPage): ServerFrame => ({ type: 'roomList', ...page });
