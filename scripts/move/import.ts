/**
 * `npm run import -- FILE [--overwrite]`: writes the rows of an export to a database, which may already have some of
 * them. Stored rows remain, or are replaced with `--overwrite`. Writes to RETHINKDB_URL, or to the embedded database
 * of a server on this machine.
 *
 * Exit codes: 0 when the database has all rows of the file, 1 when it does not, 2 for wrong use or a file that is not
 * an export, 130 or 143 after SIGINT or SIGTERM. Importing again continues.
 */
import type { DriverConnection } from '../../server/database/connection/reql.js';
import { connect } from '../connect.js';
import { exists, onInterrupt, printError, runCommand } from './command.js';
import { CommandError } from './command-error.js';
import { compareRows, hashTable, type RowDifferences } from './compare.js';
import { checkFile, type ExportedTable } from './export-file.js';
import { insertRows } from './insert-rows.js';
import { format, Progress, rowCount } from './progress.js';
import { restoreTables } from './restore-tables.js';
import type { RowsHash } from './rows-hash.js';
import { engineOf } from './tables.js';

const USAGE = 'Usage: npm run import -- FILE [--overwrite]';

await runCommand(async (args) => {
  const overwrite = args.includes('--overwrite');
  const [file, ...others] = args.filter((arg) => arg !== '--overwrite');
  if (!file || file.startsWith('-') || others.length > 0) throw new CommandError(USAGE, 2);
  if (!(await exists(file))) throw new CommandError(`There is no file ${file}.`, 2);

  onInterrupt((code) => {
    printError('Interrupted. Import the same file again to continue.');
    process.exit(code);
  });
  const { taken, engine, tables } = await checkFile(file);
  console.log(`${file} is complete: taken from ${engine} on ${taken}.`);

  const { connection, db } = await connect(process.env);
  connection.on('error', () => {}); // The queries fail as well.
  const isSameEngine = engine !== 'unknown' && family(engine) === family(await engineOf(connection));
  const failures = await restoreTables(connection, db, tables, isSameEngine);
  await writeTables(connection, file, tables, overwrite);
  const isComplete = await verify(connection, file, tables);
  for (const line of failures) printError(line);
  if (!isComplete) throw new CommandError('The database does not have all rows of the file.');
  await connection.close();
});

async function writeTables(
  connection: DriverConnection,
  file: string,
  tables: readonly ExportedTable[],
  overwrite: boolean,
): Promise<void> {
  const progress = new Progress('writing', totalRows(tables));
  const onRows = (rows: number) => progress.add(rows);
  const written = await insertRows(connection, file, { overwrite, onRows }).finally(() => progress.end());
  for (const { name, count } of tables) {
    const rows = written.get(name) ?? 0;
    const before = count > rows ? `, ${format(count - rows)} existed already` : '';
    console.log(`${name}: ${rowCount(rows)} written${before}`);
  }
}

/** Compares the database with the file and prints a line for each table. @returns whether it has every row unchanged */
async function verify(
  connection: DriverConnection,
  file: string,
  tables: readonly ExportedTable[],
): Promise<boolean> {
  const progress = new Progress('checking', totalRows(tables));
  const stored = new Map<ExportedTable, RowsHash>();
  for (const table of tables) {
    stored.set(table, await hashTable(connection, table, () => progress.add()));
  }
  progress.end();
  const unequal = tables.filter((table) => stored.get(table)?.hash !== table.hash);
  const compared = await compareRows(connection, file, unequal);
  for (const table of tables) {
    const differences = compared.get(table.name) ?? { missing: 0, different: 0 };
    console.log(`${table.name}: ${comparison(differences, table.count, stored.get(table)?.count ?? 0)}`);
  }
  return [...compared.values()].every(({ missing, different }) => missing + different === 0);
}

/** @param count of the file's rows @param stored rows in the database */
function comparison({ missing, different }: RowDifferences, count: number, stored: number): string {
  const own = stored - (count - missing);
  const faults = [
    ...(missing > 0 ? [`${rowCount(missing)} of the file missing`] : []),
    ...(different > 0 ? [`${rowCount(different)} different from the file, kept (see --overwrite)`] : []),
  ];
  const equal = `${rowCount(count)}, all as in the file`;
  return [
    faults.length > 0 ? faults.join(', ') : equal,
    ...(own > 0 ? [`${rowCount(own)} that the file does not have`] : []),
  ].join('; ');
}

/** `rethinkdb` of `rethinkdb 2.4.4`: a server may read the functions that others of its kind have stored. */
function family(engine: string): string {
  return engine.replace(/ .*/s, '');
}

function totalRows(tables: readonly ExportedTable[]): number {
  return tables.reduce((sum, { count }) => sum + count, 0);
}
