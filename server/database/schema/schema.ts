import endex from 'endex';
import { isStorageFull } from '../connection/availability.js';
import type { SchemaSession } from '../connection/database-schema.js';
import { r, timeOf } from '../connection/reql.js';
import type { DriverConnection } from '../connection/reql-types.js';
import type { IndexDeclaration } from '../connection/table-declaration.js';
import { mergeDuplicateTables } from './duplicate-tables.js';
import { messageHook } from './message-hook.js';
import { findMissing } from './missing-schema.js';
import { replicaOptions } from './replicas.js';
import type { MessageRow } from './rows.js';
import { indexNames, MESSAGES, TABLES } from './tables.js';

/** Attempts before a schema that cannot be created is reported. */
const MAX_ATTEMPTS = 10;
const MAX_DELAY_PER_ATTEMPT_MS = 100;
const CREATE_TIMEOUT_MS = 60_000;
/** An index of a large table takes minutes to build. */
const INDEX_BUILD_TIMEOUT_MS = 30 * 60_000;
/** Completing rows reads the whole table, though only after the hook was absent. */
const COMPLETE_TIMEOUT_MS = 30 * 60_000;

/**
 * Creates missing parts of database, tables, indexes and the write hook, and waits until they can be used: for programs
 * with a connection of their own.
 */
export async function createSchema(connection: DriverConnection, db: string): Promise<void> {
  const session: SchemaSession = {
    queries: connection,
    db,
    stepTimeoutMs: 5_000,
    readySeconds: 10,
    log: { warn: () => {} },
    within: (_ms, _task, answer) => answer,
  };
  await createTables(session, null);
  await completeTables(session);
}

/**
 * Creates missing parts of database, tables and indexes, and waits until the tables can be written. Safe to run at every
 * start and by several processes at once: the later process meets an error that depends on how far the first one is, and
 * compares again.
 * @param replicas of each new table; null for the default
 * @throws Error of the driver, as when this host is not connected to a majority of the replicas
 */
export async function createTables(session: SchemaSession, replicas: number | null): Promise<void> {
  const { queries, db, readySeconds, stepTimeoutMs, within } = session;
  for (let attempt = 1; ; attempt += 1) {
    let isCreating = false;
    try {
      const { tables, indexes } = await findMissing(session);
      isCreating = tables.length > 0 || indexes.length > 0;
      if (isCreating) await create(session, replicas);
      break;
    } catch (error) {
      const isAmbiguous = /is ambiguous/.test(String(error));
      const isPermanent = !queries.open || isStorageFull(error) || !(isCreating || isAmbiguous);
      if (attempt === MAX_ATTEMPTS || isPermanent) throw error;
      if (isAmbiguous) await mergeDuplicateTables(session).catch(() => {});
      const delayMs = Math.random() * MAX_DELAY_PER_ATTEMPT_MS * attempt;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
  // Not all replicas: one dead server must not keep the others from serving.
  const options = { waitFor: 'ready_for_writes', timeout: readySeconds } as const;
  const ready = TABLES.map(({ name }) =>
    within(
      readySeconds * 1000 + stepTimeoutMs,
      `the table ${name} to become ready for writes`,
      r.db(db).table(name).wait(options).run(queries),
    ),
  );
  await Promise.all(ready);
}

/** Waits until the indexes are built, and sets the write hook unless this version or a newer one is set. */
export async function completeTables(session: SchemaSession): Promise<void> {
  const { queries, db, within } = session;
  for (const table of TABLES) {
    const names = indexNames(table);
    if (names.length === 0) continue; // without names, indexes of other programs would be waited for
    const built = r
      .db(db)
      .table(table.name)
      .indexWait(...names);
    await within(INDEX_BUILD_TIMEOUT_MS, `the indexes of ${table.name} to be built`, built.run(queries));
  }
  const { hook } = await findMissing(session);
  if (hook === null) return;
  const messages = r.db(db).table<MessageRow>(MESSAGES.name);
  await within(CREATE_TIMEOUT_MS, 'setting the write hook', messages.setWriteHook(messageHook).run(queries));
  if (hook !== 'absent') return;
  // A message without a time is in no index, and so in no room. The hook completes the other fields.
  const incomplete = messages.filter((row) => row.hasFields('sent').not());
  const completed = incomplete.update({ sent: timeOf(Date.now()) }).run(queries);
  await within(COMPLETE_TIMEOUT_MS, 'completing rows that were written without the write hook', completed);
}

async function create(session: SchemaSession, replicas: number | null): Promise<void> {
  const { queries, db, within } = session;
  const options = await replicaOptions(session, replicas);
  const schema = endex.db(db);
  for (const { name, indexes } of TABLES) {
    schema.table(name, options);
    const declarations: Record<string, IndexDeclaration<never>> = indexes;
    for (const [index, { definition, options = {} }] of Object.entries(declarations))
      schema.index(index, definition, options);
  }
  await within(CREATE_TIMEOUT_MS, 'creating tables and indexes', schema.run(queries));
}
