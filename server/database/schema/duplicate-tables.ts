import { r } from '../connection/reql.js';
import type { SchemaSession } from './schema-session.js';

interface TableConfig {
  id: string;
  name: string;
}

const QUERY_MS = 10_000;
/** Copying the rows of one table into another. */
const COPY_MS = 10 * 60_000;

/**
 * Unites tables of one name. A RethinkDB server does not keep two processes that start at once from both creating
 * `messages`; from then on the name is "ambiguous" and neither table can be used. All but the one with the lowest id
 * (so that all processes that repair decide alike) get another name, hand over their rows, and are dropped.
 */
export async function mergeDuplicateTables({
  connection,
  db,
  readySeconds,
  within,
}: SchemaSession): Promise<void> {
  const configs = r.db('rethinkdb').table('table_config');
  const listed = configs.filter({ db }).pluck('id', 'name').orderBy('id').coerceTo('array');
  const tables: TableConfig[] = await within(QUERY_MS, 'the list of tables', listed.run(connection));
  const kept = new Set<string>();
  for (const { id, name } of tables) {
    if (!kept.has(name)) {
      kept.add(name);
      continue;
    }
    const renamed = configs.get(id).update({ name: `${name}_duplicate_${id.replaceAll('-', '')}` });
    await within(QUERY_MS, `renaming a second table ${name}`, renamed.run(connection));
  }
  const all: string[] = await within(QUERY_MS, 'the list of tables', r.db(db).tableList().run(connection));
  for (const duplicate of all.filter((name) => name.includes('_duplicate_'))) {
    const original = duplicate.slice(0, duplicate.indexOf('_duplicate_'));
    const [from, to] = [r.db(db).table(duplicate), r.db(db).table(original)];
    const wait = { waitFor: 'ready_for_writes', timeout: readySeconds };
    for (const table of [from, to]) {
      const ready = table.wait(wait).run(connection);
      await within(readySeconds * 1000 + QUERY_MS, `the table ${original} to become ready for writes`, ready);
    }
    const copy = to.insert(from, { conflict: (_id: unknown, present: unknown, _new: unknown) => present });
    await within(COPY_MS, `copying rows of ${duplicate}`, copy.run(connection));
    await within(QUERY_MS, `dropping ${duplicate}`, r.db(db).tableDrop(duplicate).run(connection));
  }
}
