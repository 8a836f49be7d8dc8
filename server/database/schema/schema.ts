import endex from 'endex';
import { type DriverConnection, r, type Term } from '../connection/reql.js';
import { isStorageFull } from '../connection/storage-full.js';
import { CLAIM_INDEX, COMMAND_INDEX } from '../tables/command-outbox.js';
import { MEMBERSHIP_INDEXES, NAME_INDEX, ROOM_INDEXES } from '../tables/row-indexes.js';
import { mergeDuplicateTables } from './duplicate-tables.js';
import { hookVersion, MESSAGE_HOOK_VERSION, messageHook } from './message-hook.js';
import { replicaOptions } from './replicas.js';
import type { SchemaSession } from './schema-session.js';

export const TABLES = ['messages', 'rooms', 'memberships', 'users', 'commands', 'nodes'] as const;

/** The index that a room's window and feed use. */
export const ROOM_INDEX = 'room_sent';

/** Every index of the server, by its table. Indexes that others have made are left alone. */
export const INDEXES: Partial<Record<(typeof TABLES)[number], readonly string[]>> = {
  messages: [ROOM_INDEX, COMMAND_INDEX.name],
  rooms: [...Object.keys(ROOM_INDEXES), NAME_INDEX.name],
  memberships: Object.keys(MEMBERSHIP_INDEXES),
  users: [NAME_INDEX.name],
  commands: [CLAIM_INDEX.name],
};

/** Attempts before a schema that cannot be made is reported. */
const ATTEMPTS = 10;
const CREATE_MS = 60_000;
/** An index of a large table takes minutes to build. */
const INDEX_BUILD_MS = 30 * 60_000;
/** It reads the whole table, though only after the hook was absent. */
const COMPLETE_MS = 30 * 60_000;

/** What a database lacks: tables as `messages`, indexes as `messages.room_sent`. */
export interface MissingSchema {
  tables: string[];
  indexes: string[];
  /** `absent`: there is no write hook, or another one than ours; `older`: an older version of ours. */
  hook: 'absent' | 'older' | null;
}

/** What stands in a database. */
interface Found {
  tables: string[];
  indexes: { table: string; names: string[] }[];
  /** The text of the write hook of `messages`; null without one. */
  hook: string | null;
}

/**
 * Makes what is missing of database, tables, indexes and the write hook, and waits until it can be used: for programs
 * that have a connection of their own.
 */
export async function createSchema(connection: DriverConnection, db: string): Promise<void> {
  const session: SchemaSession = {
    connection,
    db,
    replicas: null,
    stepTimeoutMs: 5_000,
    readySeconds: 10,
    log: { warn: () => {} },
    within: (_ms, _task, answer) => answer,
  };
  await createTables(session);
  await completeTables(session);
}

/**
 * Makes what is missing of database, tables and indexes, and waits until the tables can be written. Safe to run at every
 * start and by several processes at once: the later one meets one error or another, depending on how far the first is,
 * and looks again.
 * @throws Error of the driver, as when this host is not connected to a majority of the replicas
 */
export async function createTables(session: SchemaSession): Promise<void> {
  const { connection, db } = session;
  for (let attempt = 1; ; attempt += 1) {
    let isCreating = false;
    try {
      const { tables, indexes } = await findMissing(session);
      isCreating = tables.length > 0 || indexes.length > 0;
      if (isCreating) await create(session);
      break;
    } catch (error) {
      const isAmbiguous = /is ambiguous/.test(String(error));
      const isHopeless = !connection.open || isStorageFull(error) || !(isCreating || isAmbiguous);
      if (attempt === ATTEMPTS || isHopeless) throw error;
      if (isAmbiguous) await mergeDuplicateTables(session).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * attempt));
    }
  }
  // Not all replicas: one dead server must not keep the others from serving.
  const wait = { waitFor: 'ready_for_writes', timeout: session.readySeconds };
  const ready = TABLES.map((name) =>
    session.within(
      session.readySeconds * 1000 + session.stepTimeoutMs,
      `the table ${name} to become ready for writes`,
      r.db(db).table(name).wait(wait).run(connection),
    ),
  );
  await Promise.all(ready);
}

/** Waits until the indexes are built, and sets the write hook unless this version or a newer one is set. */
export async function completeTables(session: SchemaSession): Promise<void> {
  const { connection, db } = session;
  for (const [table, names] of Object.entries(INDEXES)) {
    const built = r
      .db(db)
      .table(table)
      .indexWait(...names);
    await session.within(INDEX_BUILD_MS, `the indexes of ${table} to be built`, built.run(connection));
  }
  const { hook } = await findMissing(session);
  if (hook === null) return;
  const messages = r.db(db).table('messages');
  const set = messages.setWriteHook(messageHook).run(connection);
  await session.within(CREATE_MS, 'setting the write hook', set);
  if (hook !== 'absent') return;
  // Without a time a message is in no index and in no room. The hook completes the rest.
  const timeless = messages.filter((row: Term) => row.hasFields('sent').not());
  const completed = timeless.update({ sent: r.epochTime(Date.now() / 1000) }).run(connection);
  await session.within(COMPLETE_MS, 'completing rows that were written without the write hook', completed);
}

/** Compares what is there with what the server needs. */
export async function findMissing({
  connection,
  db,
  stepTimeoutMs,
  within,
}: SchemaSession): Promise<MissingSchema> {
  const found: Found = await within(
    stepTimeoutMs,
    'the list of tables and indexes',
    present(db).run(connection),
  );
  const indexes = Object.entries(INDEXES).flatMap(([table, names]) => {
    const there = found.indexes.find((one) => one.table === table)?.names ?? [];
    return names.filter((name) => !there.includes(name)).map((name) => `${table}.${name}`);
  });
  return {
    tables: TABLES.filter((name) => !found.tables.includes(name)),
    indexes,
    // Setting the same hook again would interrupt open feeds; a newer one belongs to newer servers beside this one.
    hook: hookState(hookVersion(found.hook ?? '')),
  };
}

function hookState(version: number): MissingSchema['hook'] {
  if (version >= MESSAGE_HOOK_VERSION) return null;
  return version === 0 ? 'absent' : 'older';
}

function present(db: string): Term {
  const table = (name: string) => r.db(db).table(name);
  const ifThere = (tables: Term, name: string, value: Term, otherwise: unknown) =>
    r.branch(tables.contains(name), value, otherwise);
  return r.branch(
    r.dbList().contains(db),
    r
      .db(db)
      .tableList()
      .do((tables: Term) => ({
        tables,
        indexes: Object.keys(INDEXES).map((name) => ({
          table: name,
          names: ifThere(tables, name, table(name).indexList(), []),
        })),
        hook: ifThere(
          tables,
          'messages',
          table('messages')
            .getWriteHook()
            .do((hook: Term) => r.branch(hook.eq(null), null, hook('query'))),
          null,
        ),
      })),
    { tables: [], indexes: [], hook: null },
  );
}

async function create(session: SchemaSession): Promise<void> {
  const { connection, db } = session;
  const options = await replicaOptions(session);
  const room = [r.row('room'), r.row('sent')];
  const made = endex
    .db(db)
    .table('messages', options)
    .index(ROOM_INDEX, room, {})
    .index(COMMAND_INDEX.name, COMMAND_INDEX.definition, {})
    .table('rooms', options)
    .index('name', ROOM_INDEXES.name, {})
    .index('created', ROOM_INDEXES.created, {})
    .index(NAME_INDEX.name, NAME_INDEX.definition, NAME_INDEX.options)
    .table('memberships', options)
    .index('id_user', MEMBERSHIP_INDEXES.id_user, {})
    .index('room_user', MEMBERSHIP_INDEXES.room_user, {})
    .index('room_joined', MEMBERSHIP_INDEXES.room_joined, {})
    .table('users', options)
    .index(NAME_INDEX.name, NAME_INDEX.definition, NAME_INDEX.options)
    .table('commands', options)
    .index(CLAIM_INDEX.name, CLAIM_INDEX.definition, {})
    .table('nodes', options)
    .run(connection);
  await session.within(CREATE_MS, 'making tables and indexes', made);
}
