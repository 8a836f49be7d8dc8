/**
 * `npm run export -- FILE`: writes the chat's database to a file, which `npm run import` puts into another one. Gzipped
 * if the name ends in .gz. Reads from RETHINKDB_URL, or from the embedded database of a server that runs here.
 *
 * Exit codes: 0 when the file is whole, 1 when it is not and was taken away, 2 for wrong use, 130 when interrupted.
 */
import { stat } from 'node:fs/promises';
import r from 'rethinkdb';
import { connect } from '../connect.mjs';
import { checkFile, headLine, rowLine, sealed } from './export-file.mjs';
import { MoveError } from './move-error.mjs';
import { format, Progress, rowCount } from './progress.mjs';
import { rowText } from './row-text.mjs';
import { RowsHash } from './rows-hash.mjs';
import { describeTables, engineOf, rowsOf } from './tables.mjs';
import { exists, onInterrupt, runCommand } from './terminal.mjs';
import { writeWhole } from './whole-file.mjs';

const USAGE = 'Usage: npm run export -- FILE (zipped if it ends in .gz)';

await runCommand(async (args) => {
  const [file] = args;
  if (args.length !== 1 || file === '' || file.startsWith('-')) throw new MoveError(USAGE, 2);
  if (await exists(file)) throw new MoveError(`${file} is there already. Choose another name.`, 2);

  const interruption = new AbortController();
  let exitCode = 0;
  onInterrupt((code) => {
    exitCode = code;
    interruption.abort();
  });
  const connection = await connect(process.env);
  connection.on('error', () => {}); // The queries tell.
  try {
    const check = (written) => checkFile(written);
    await writeWhole(file, sealed(exportLines(connection)), { check, signal: interruption.signal });
  } catch (error) {
    if (interruption.signal.aborted) throw new MoveError('Interrupted. No file was written.', exitCode);
    throw error;
  }
  const { size } = await stat(file);
  console.log(`${file} is whole: ${format(Math.ceil(size / 1024))} KB, read again and checked.`);
  await connection.close();
});

async function* exportLines(connection) {
  const tables = await describeTables(connection);
  if (tables.length === 0) throw new MoveError(`The database ${connection.db} has no tables.`);
  yield headLine(await engineOf(connection));
  for (const table of tables) yield* tableLines(connection, table);
}

async function* tableLines(connection, table) {
  const rows = new RowsHash();
  const progress = new Progress(table.name, await r.table(table.name).count().run(connection));
  yield `{"table":${JSON.stringify(table)}}`;
  for await (const row of rowsOf(connection, table)) {
    const text = rowText(row);
    rows.add(text);
    yield rowLine(text);
    progress.add();
  }
  yield `{"rows":${JSON.stringify({ table: table.name, count: rows.count, hash: rows.hash })}}`;
  progress.end();
  console.log(`${table.name}: ${rowCount(rows.count)}`);
}
