import type { Database } from '../../database/connection/database.js';
import type { Messages } from '../../database/tables/messages.js';
import type { Presence } from '../../presence/presence.js';
import type { RoomService } from '../../rooms/room-service.js';

export interface GaugesDependencies {
  database: Pick<Database, 'status' | 'storage'>;
  messages: Pick<Messages, 'openFeeds' | 'queued'>;
  presence: Pick<Presence, 'present'>;
  rooms: Pick<RoomService, 'size'>;
  sockets: () => { size: number; pendingBytes: number[] };
}

/** The values of a process that metrics show as they are. */
export function gauges({ database, messages, presence, rooms, sockets }: GaugesDependencies) {
  return {
    sockets: { help: 'Open sockets', value: () => sockets().size },
    socket_pending_bytes: {
      help: 'Bytes buffered for sockets whose clients have not read them yet',
      value: () => sockets().pendingBytes.reduce((sum, bytes) => sum + bytes, 0),
    },
    present: {
      help: 'Sockets in rooms; a socket in two rooms counts twice',
      value: () => presence.present,
    },
    rooms: { help: 'Open rooms', value: () => rooms.size },
    feeds: { help: 'Open changefeeds of rooms', value: () => messages.openFeeds },
    insert_queue: { help: 'Messages in the insert queue', value: () => messages.queued },
    storage_full: {
      help: '1 while the database rejects writes because its storage is full, else 0',
      value: () => Number(database.storage.state === 'full'),
    },
    database_up: {
      help: '1 while the database is connected, else 0',
      value: () => Number(database.status.state === 'up'),
    },
  };
}
