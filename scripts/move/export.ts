/**
 * `npm run export -- FILE`: writes the database of the chat to a file that `npm run import` reads. Gzipped if the name
 * ends in .gz. Reads from RETHINKDB_URL, or from the embedded database of a server on this machine.
 *
 * Exit codes: 0 when the file is complete, 1 after an error, 2 for wrong use, 130 or 143 after SIGINT or SIGTERM. After
 * an error or a signal no file remains.
 */
import { stat } from 'node:fs/promises';
import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { type ConnectedDatabase, connect } from '../connect.js';
import { writeAtomically } from './atomic-file.js';
import { canonicalText } from './canonical-row.js';
import { exists, onInterrupt, runCommand } from './command.js';
import { CommandError } from './command-error.js';
import { checkFile, headLine, rowLine, sealed } from './export-file.js';
import { format, Progress, rowCount } from './progress.js';
import { RowsHash } from './rows-hash.js';
import { describeTables, engineOf, rowsOf, type TableDescription } from './tables.js';

const USAGE = 'Usage: npm run export -- FILE (gzipped if the name ends in .gz)';

await runCommand(async (args) => {
  const [file] = args;
  if (!file || args.length > 1 || file.startsWith('-')) throw new CommandError(USAGE, 2);
  if (await exists(file)) throw new CommandError(`${file} exists already. Choose another name.`, 2);

  const interruption = new AbortController();
  let exitCode = 0;
  onInterrupt((code) => {
    exitCode = code;
    interruption.abort();
  });
  const database = await connect(process.env);
  database.connection.on('error', () => {}); // The queries fail as well.
  try {
    const lines = sealed(exportLines(database));
    await writeAtomically(file, lines, { check: checkFile, signal: interruption.signal });
  } catch (error) {
    if (interruption.signal.aborted) throw new CommandError('Interrupted. No file was written.', exitCode);
    throw error;
  }
  const { size } = await stat(file);
  console.log(`${file} is complete: ${format(Math.ceil(size / 1024))} KB, read again and checked.`);
  await database.connection.close();
});

async function* exportLines({ connection, db }: ConnectedDatabase): AsyncGenerator<string> {
  const tables = await describeTables(connection);
  if (tables.length === 0) throw new CommandError(`The database ${db} has no tables.`);
  yield headLine(await engineOf(connection));
  for (const table of tables) yield* tableLines(connection, table);
}

async function* tableLines(connection: DriverConnection, table: TableDescription): AsyncGenerator<string> {
  const rows = new RowsHash();
  const progress = new Progress(table.name, await r.table(table.name).count().run(connection));
  yield `{"table":${JSON.stringify(table)}}`;
  for await (const row of rowsOf(connection, table)) {
    const text = canonicalText(row);
    rows.add(text);
    yield rowLine(text);
    progress.add();
  }
  yield `{"rows":${JSON.stringify({ table: table.name, count: rows.count, hash: rows.hash })}}`;
  progress.end();
  console.log(`${table.name}: ${rowCount(rows.count)}`);
}
