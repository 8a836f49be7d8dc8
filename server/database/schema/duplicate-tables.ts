import type { SchemaSession } from '../connection/database-schema.js';
import { keepStored, r } from '../connection/reql.js';

const QUERY_TIMEOUT_MS = 10_000;
/** Milliseconds to copy the rows of one table into another. */
const COPY_TIMEOUT_MS = 10 * 60_000;
const MARK = '_duplicate_';

/**
 * Merges tables of the same name. A RethinkDB server does not keep two processes that start at once from both creating
 * `messages`; from then on the name is "ambiguous" and neither table can be used. All but the one with the lowest id (so
 * that all processes choose the same one) are renamed, copied into it, and dropped.
 */
export async function mergeDuplicateTables(session: SchemaSession): Promise<void> {
  const { queries, db, within } = session;
  const configs = r.db('rethinkdb').table('table_config');
  const listed = configs.filter({ db }).orderBy('id');
  const tables = await within(QUERY_TIMEOUT_MS, 'the list of tables', listed.run(queries));
  const kept = new Set<string>();
  for (const { id, name } of tables) {
    if (!kept.has(name)) {
      kept.add(name);
      continue;
    }
    const renamed = configs.get(id).update({ name: `${name}${MARK}${id.replaceAll('-', '')}` });
    await within(QUERY_TIMEOUT_MS, `renaming a second table ${name}`, renamed.run(queries));
  }
  const names = await within(QUERY_TIMEOUT_MS, 'the list of tables', r.db(db).tableList().run(queries));
  for (const duplicate of names.filter((name) => name.includes(MARK)))
    await mergeInto(session, duplicate, duplicate.slice(0, duplicate.indexOf(MARK)));
}

async function mergeInto(session: SchemaSession, duplicate: string, original: string): Promise<void> {
  const { queries, db, readySeconds, within } = session;
  const [from, to] = [r.db(db).table(duplicate), r.db(db).table(original)];
  for (const table of [from, to]) {
    const ready = table.wait({ waitFor: 'ready_for_writes', timeout: readySeconds }).run(queries);
    const timeoutMs = readySeconds * 1000 + QUERY_TIMEOUT_MS;
    await within(timeoutMs, `the table ${original} to become ready for writes`, ready);
  }
  const copy = to.insert(from, { conflict: keepStored });
  await within(COPY_TIMEOUT_MS, `copying rows of ${duplicate}`, copy.run(queries));
  await within(QUERY_TIMEOUT_MS, `dropping ${duplicate}`, r.db(db).tableDrop(duplicate).run(queries));
}
