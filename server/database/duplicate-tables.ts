import { type Connection, r } from './reql.js';

interface TableConfig {
  id: string;
  name: string;
}

/**
 * Unites tables of one name. A RethinkDB server does not keep two processes that start at once from both creating
 * `messages`; from then on the name is "ambiguous" and neither table can be used. All but the one with the lowest id
 * (so that everybody who repairs decides alike) get another name, hand over their rows, and are dropped.
 */
export async function uniteDuplicateTables(connection: Connection, db: string): Promise<void> {
  const configs = r.db('rethinkdb').table('table_config');
  const tables: TableConfig[] = await configs
    .filter({ db })
    .pluck('id', 'name')
    .orderBy('id')
    .coerceTo('array')
    .run(connection);
  const kept = new Set<string>();
  for (const { id, name } of tables) {
    if (!kept.has(name)) {
      kept.add(name);
      continue;
    }
    await configs
      .get(id)
      .update({ name: `${name}_duplicate_${id.replaceAll('-', '')}` })
      .run(connection);
  }
  const all: string[] = await r.db(db).tableList().run(connection);
  for (const duplicate of all.filter((name) => name.includes('_duplicate_'))) {
    const original = duplicate.slice(0, duplicate.indexOf('_duplicate_'));
    const [from, to] = [r.db(db).table(duplicate), r.db(db).table(original)];
    await from.wait().run(connection);
    await to.wait().run(connection);
    await to
      .insert(from, { conflict: (_id: unknown, present: unknown, _new: unknown) => present })
      .run(connection);
    await r.db(db).tableDrop(duplicate).run(connection);
  }
}
