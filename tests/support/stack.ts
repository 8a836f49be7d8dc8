import { AccessControl } from '../../server/access/access-control.js';
import { Database, type DatabaseOptions } from '../../server/database/connection/database.js';
import { MembershipTable } from '../../server/database/tables/membership-table.js';
import { Messages } from '../../server/database/tables/messages.js';
import { RoomTable } from '../../server/database/tables/room-table.js';
import { Limits } from '../../server/limits/limits.js';
import { RoomService, type RoomsOptions } from '../../server/rooms/room-service.js';
import { createLog } from '../../server/telemetry/logger.js';
import type { TestDatabase } from './database.js';

/** The lower half of a node: the database's link, its queries, and the rooms. */
export interface Stack {
  database: Database;
  messages: Messages;
  rooms: RoomService;
  stop(): Promise<void>;
}

export async function startStack(
  on: TestDatabase,
  {
    database: databaseOptions,
    rooms: roomsOptions,
  }: { database?: DatabaseOptions; rooms?: RoomsOptions } = {},
): Promise<Stack> {
  const log = createLog({ log: 'silent' });
  const database = new Database(on.address, log, databaseOptions);
  database.start();
  await database.ready(30_000);
  const messages = new Messages(database, log);
  const access = new AccessControl(new RoomTable(database, log), new MembershipTable(database, log));
  const rooms = new RoomService(messages, access, unlimited(), log, { lingerMs: 100, ...roomsOptions });
  const stop = async () => {
    rooms.close();
    await database.stop();
  };
  return { database, messages, rooms, stop };
}

/** Limits that are never reached. */
export function unlimited(): Limits {
  return new Limits(
    { messages: 0, joins: 0, history: 0, requests: 0, frames: 0, sockets: 0 },
    createLog({ log: 'silent' }),
  );
}

export const ann = { id_user: 'ann', name: 'Ann' };
export const bob = { id_user: 'bob', name: 'Bob' };
