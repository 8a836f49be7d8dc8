import { ChatError } from '../../protocol/errors.js';
import { DEFAULT_SETTINGS, readSettings, type UserSettings } from '../../protocol/user-settings.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { r } from '../connection/reql.js';
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

  /** Stores the settings that are given, and keeps the others. @throws ChatError `database-unavailable`, `storage-full` */
  async change(id_user: string, changes: Partial<UserSettings>): Promise<UserSettings> {
    if (Object.keys(changes).length > 0)
      await this.#database.run(
        this.#database.table(USER_SETTINGS).insert({ id: id_user, ...changes }, { conflict: 'update' }),
      );
    this.cache.invalidate(id_user);
    return (await this.cache.get(id_user))?.settings ?? DEFAULT_SETTINGS;
  }
}
