import { AccessControl } from '../../server/access/access-control.js';
import type { DatabaseAddress } from '../../server/config/database-url.js';
import { Database, type DatabaseOptions } from '../../server/database/connection/database.js';
import { ChatSchema, type ChatSchemaOptions } from '../../server/database/schema/chat-schema.js';
import { MembershipTable } from '../../server/database/tables/membership-table.js';
import { Messages } from '../../server/database/tables/messages.js';
import { RoomTable } from '../../server/database/tables/room-table.js';
import { UserTable } from '../../server/database/tables/user-table.js';
import { Limits } from '../../server/limits/limits.js';
import { RoomService, type RoomsOptions } from '../../server/rooms/room-service.js';
import { createLog } from '../../server/telemetry/logger.js';
import type { TestDatabase } from './database.js';

/**
 * The database of most tests runs in their process, on machines with other work: a pause of seconds is no outage. Tests of
 * outages set times of their own.
 */
export const PATIENT: DatabaseOptions = {
  heartbeatMs: 30_000,
  stepTimeoutMs: 30_000,
  queryTimeoutMs: 30_000,
};

/** A connection with the schema of the chat, not started yet. */
export function chatDatabase(
  address: DatabaseAddress,
  options?: DatabaseOptions,
  schema?: ChatSchemaOptions,
): Database {
  return new Database(address, new ChatSchema(schema), createLog({ log: 'silent' }), options);
}

/** The lower half of a process: the connection to the database, its queries, and the rooms. */
export interface Stack {
  database: Database;
  messages: Messages;
  rooms: RoomService;
  stop(): Promise<void>;
}

export async function startStack(
  on: TestDatabase,
  options: { database?: DatabaseOptions; schema?: ChatSchemaOptions; rooms?: RoomsOptions } = {},
): Promise<Stack> {
  const log = createLog({ log: 'silent' });
  const database = chatDatabase(on.address, { ...PATIENT, ...options.database }, options.schema);
  database.start();
  await database.ready(30_000);
  const messages = new Messages(database, log);
  const users = new UserTable(database, log);
  const access = new AccessControl({
    rooms: new RoomTable(database, log),
    memberships: new MembershipTable(database, log),
  });
  const rooms = new RoomService(messages, users, access, unlimited(), log, {
    lingerMs: 100,
    ...options.rooms,
  });
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
