import { type DatumObject, isObject } from '../datum/datum.js';
import { equal } from '../datum/order.js';
import { opFailed } from '../datum/reql-error.js';
import type { SingleSelection } from '../runtime/selection.js';
import type { Storage } from '../storage/storage.js';
import { tableConfig } from '../system-tables/table-config.js';
import type { Replacement } from './replace.js';
import { Statistics } from './statistics.js';

/**
 * Writes a row of `rethinkdb.table_config`: renames a table or changes its durability.
 * @throws ReqlError OP_FAILED for other changes of a system table
 */
export function updateTableConfig(
  storage: Storage,
  selection: SingleSelection,
  replacement: Replacement,
): DatumObject {
  const table =
    selection.table.name === 'table_config' ? storage.tableById(String(selection.key)) : undefined;
  if (table === undefined) throw opFailed("It's illegal to write to this system table.");
  const before = tableConfig(table);
  const after = replacement(before);
  if (!isObject(after)) throw opFailed('A table cannot be deleted through its configuration: use tableDrop.');
  const fixed = Object.keys({ ...before, ...after }).find(
    (key) => key !== 'name' && key !== 'durability' && !equal(before[key] ?? null, after[key] ?? null),
  );
  if (fixed !== undefined) throw opFailed(`The embedded database cannot change \`${fixed}\` of a table.`);
  const statistics = new Statistics({ arraySize: 1 }, false);
  if (equal(before, after)) statistics.counts.unchanged++;
  else {
    if (after.durability !== 'hard' && after.durability !== 'soft')
      throw opFailed('`durability` must be "hard" or "soft".');
    if (typeof after.name !== 'string' || !/^[A-Za-z0-9_-]+$/.test(after.name))
      throw opFailed('`name` must be a table name.');
    if (after.durability !== table.durability) table.setDurability(after.durability);
    storage.renameTable(table.db, table.name, { name: after.name });
    statistics.counts.replaced++;
  }
  return statistics.toDatum();
}
