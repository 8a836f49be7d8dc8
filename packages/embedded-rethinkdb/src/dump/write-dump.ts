import { encodeJson } from '../datum/json.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import type { DumpSummary } from './dump-file.js';

export const DUMP_PROGRAM = 'embedded-rethinkdb';
export const DUMP_FORMAT = 1;

/**
 * The lines of a dump, each a JSON object with one key:
 *
 *     {"dump":{"program":"embedded-rethinkdb","format":1,"taken":"2026-01-31T12:00:00.000Z"}}
 *     {"database":"test"}
 *     {"table":{"db":"test","name":"t","primaryKey":"id","durability":"hard","indexes":[…],"writeHook":null}}
 *     {"document":{…}}
 *
 * Documents follow their table and are as they are stored: times, binaries and geometries as ReQL's pseudotypes.
 * Functions of indexes and write hooks are ReQL terms as JSON.
 */
export function* dumpLines(storage: Storage, onSummary: (summary: DumpSummary) => void): Generator<string> {
  const head = { program: DUMP_PROGRAM, format: DUMP_FORMAT, taken: new Date().toISOString() };
  yield `{"dump":${JSON.stringify(head)}}`;
  for (const name of storage.databases()) yield `{"database":${JSON.stringify(name)}}`;
  const tables = storage.allTables();
  let documents = 0;
  for (const table of tables) {
    yield `{"table":${encodeJson(describeTable(table))}}`;
    for (const { value } of table.raw()) {
      documents++;
      yield `{"document":${value}}`;
    }
  }
  onSummary({ tables: tables.length, documents });
}

function describeTable(table: Table) {
  const { db, name, primaryKey, durability, writeHook, indexes } = table.toRecord();
  return {
    db,
    name,
    primaryKey,
    durability,
    writeHook: writeHook === null ? null : { ...writeHook },
    indexes: indexes.map((index) => ({
      name: index.name,
      multi: index.multi,
      geo: index.geo,
      function: { ...index.function },
    })),
  };
}
