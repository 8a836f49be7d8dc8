import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { MembershipTable } from './membership-table.js';
import { Mentions } from './mentions.js';
import { Messages } from './messages.js';
import { RoomTable } from './room-table.js';
import { SettingsTable } from './settings-table.js';
import { UserTable } from './user-table.js';

/** The tables that many parts of the server use. */
export interface ChatTables {
  messages: Messages;
  mentions: Mentions;
  roomTable: RoomTable;
  memberships: MembershipTable;
  users: UserTable;
  settings: SettingsTable;
}

export function openTables(database: Database, log: Log): ChatTables {
  return {
    messages: new Messages(database, log),
    mentions: new Mentions(database),
    roomTable: new RoomTable(database, log),
    memberships: new MembershipTable(database, log),
    users: new UserTable(database, log),
    settings: new SettingsTable(database, log),
  };
}
