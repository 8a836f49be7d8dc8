import { ChatError } from '../../protocol/errors.js';
import { tooManyRoomLevels } from '../../protocol/notification-changes.js';
import { MAX_ROOM_LEVELS, type NotificationChanges } from '../../protocol/notifications.js';
import {
  DEFAULT_SETTINGS,
  readSettings,
  type SettingsChanges,
  type UserSettings,
} from '../../protocol/user-settings.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { r } from '../connection/reql.js';
import type { ConflictFunction } from '../connection/reql-types.js';
import type { UserSettingsRow } from '../schema/rows.js';
import { USER_SETTINGS } from '../schema/tables.js';
import { isKey } from './primary-key.js';
import { RowCache } from './row-cache.js';

/** The settings of a user. */
export interface OwnedSettings {
  id_user: string;
  settings: UserSettings;
}

/** Users whose settings, or their absence, a process keeps in memory. */
const MAX_CACHED_USERS = 20_000;

/** The table `user_settings`. */
export class SettingsTable {
  readonly cache: RowCache<UserSettingsRow, OwnedSettings, never>;
  readonly #database: Database;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.cache = new RowCache<UserSettingsRow, OwnedSettings, never>(
      database,
      {
        table: USER_SETTINGS,
        capacity: MAX_CACHED_USERS,
        parse: (row) =>
          typeof row.id === 'string' ? { id_user: row.id, settings: readSettings(row) } : null,
        keyOf: ({ id_user }) => id_user,
        select: (table, ids) => table.getAll(r.args(ids)),
      },
      log,
    );
  }

  /** The defaults for a user without a row, and for all users without cached settings while the database is unavailable. */
  async get(id_user: string): Promise<UserSettings> {
    if (!isKey(id_user)) return DEFAULT_SETTINGS;
    try {
      return (await this.cache.get(id_user))?.settings ?? DEFAULT_SETTINGS;
    } catch (error) {
      if (error instanceof ChatError && error.code === 'database-unavailable') return DEFAULT_SETTINGS;
      throw error;
    }
  }

  /**
   * Stores the settings that are given, and keeps the others.
   * @throws ChatError `bad-setting` for levels of too many rooms, `database-unavailable`, `storage-full`
   */
  async change(id_user: string, changes: SettingsChanges): Promise<UserSettings> {
    if (Object.keys(changes).length > 0) {
      await this.#checkLevels(id_user, changes.notifications?.rooms);
      const { added, removed } = splitLevels(changes);
      const row = { id: id_user, ...added };
      const options = removed === null ? ({ conflict: 'update' } as const) : { conflict: without(removed) };
      await this.#database.run(this.#database.table(USER_SETTINGS).insert(row, options));
    }
    this.cache.invalidate(id_user);
    return (await this.cache.get(id_user))?.settings ?? DEFAULT_SETTINGS;
  }

  async #checkLevels(id_user: string, changed: NotificationChanges['rooms']): Promise<void> {
    if (changed === undefined) return;
    const { rooms } = (await this.get(id_user)).notifications;
    const levels = Object.entries({ ...rooms, ...changed }).filter(([, level]) => level !== null);
    if (levels.length > MAX_ROOM_LEVELS) throw tooManyRoomLevels();
  }
}

/** The fields of the row, and the rooms whose levels are removed; null without any. */
function splitLevels(changes: SettingsChanges): { added: object; removed: string[] | null } {
  const { rooms, ...others } = changes.notifications ?? {};
  if (rooms === undefined) return { added: changes, removed: null };
  const levels = Object.entries(rooms);
  const kept = Object.fromEntries(levels.filter(([, level]) => level !== null));
  const removed = levels.flatMap(([room, level]) => (level === null ? [room] : []));
  const added = { ...changes, notifications: { ...others, rooms: kept } };
  return { added, removed: removed.length > 0 ? removed : null };
}

/** Merges a change into the stored row, without the levels of some rooms. */
function without(rooms: readonly string[]): ConflictFunction<UserSettingsRow> {
  const removed = { notifications: { rooms: Object.fromEntries(rooms.map((room) => [room, true])) } };
  return (_id, stored, added) => stored.merge(added).without(removed);
}
