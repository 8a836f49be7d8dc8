import type { SchemaSession } from '../connection/database-schema.js';
import { r } from '../connection/reql.js';
import type { Datum } from '../connection/reql-types.js';
import { hookVersion, MESSAGE_HOOK_VERSION } from './message-hook.js';
import { indexNames, MESSAGES, TABLES } from './tables.js';

/** The missing parts of a schema: tables as `messages`, indexes as `messages.room_sent`. */
export interface MissingSchema {
  tables: string[];
  indexes: string[];
  /** `absent`: there is no write hook, or a foreign one; `older`: an older version of ours. */
  hook: 'absent' | 'older' | null;
}

interface FoundSchema {
  tables: string[];
  indexes: { table: string; names: string[] }[];
  /** The text of the write hook of `messages`; null without one. */
  hook: string | null;
}

/** Compares the schema of a database with the declared one. */
export async function findMissing({
  queries,
  db,
  stepTimeoutMs,
  within,
}: SchemaSession): Promise<MissingSchema> {
  const found = await within(stepTimeoutMs, 'the list of tables and indexes', foundSchema(db).run(queries));
  const indexes = TABLES.flatMap((table) => {
    const present = found.indexes.find((one) => one.table === table.name)?.names ?? [];
    return indexNames(table)
      .filter((name) => !present.includes(name))
      .map((name) => `${table.name}.${name}`);
  });
  return {
    tables: TABLES.map(({ name }) => name).filter((name) => !found.tables.includes(name)),
    indexes,
    // Setting the same hook again would interrupt open feeds; a newer one belongs to newer servers of the same chat.
    hook: hookState(hookVersion(found.hook ?? '')),
  };
}

function hookState(version: number): MissingSchema['hook'] {
  if (version >= MESSAGE_HOOK_VERSION) return null;
  return version === 0 ? 'absent' : 'older';
}

function foundSchema(db: string): Datum<FoundSchema> {
  const table = (name: string) => r.db(db).table(name);
  const hook = table(MESSAGES.name)
    .getWriteHook()
    .do((found) => r.branch(found.eq(null), null, found('query')));
  const none: FoundSchema = { tables: [], indexes: [], hook: null };
  const found = r
    .db(db)
    .tableList()
    .do((tables) => ({
      tables,
      indexes: TABLES.map(({ name }) => ({
        table: name,
        names: r.branch(tables.contains(name), table(name).indexList(), []),
      })),
      hook: r.branch(tables.contains(MESSAGES.name), hook, null),
    }));
  return r.branch(r.dbList().contains(db), found, none);
}
