/**
 * `npm run import -- FILE`: puts what `npm run export` has written into another database, which may have part of it
 * already; rows that are there stay as they are, or become the file's with `--overwrite`. Writes to RETHINKDB_URL, or
 * to the embedded database of a server that runs here.
 *
 * Exit codes: 0 when the database has all of the file's rows, 1 when it has not, 2 for wrong use or a file of
 * something else, 130 when interrupted. Importing again goes on.
 */
import { connect } from '../connect.mjs';
import { compareRows, hashTable } from './compare.mjs';
import { checkFile } from './export-file.mjs';
import { insertRows } from './insert-rows.mjs';
import { MoveError } from './move-error.mjs';
import { format, Progress, rowCount } from './progress.mjs';
import { restoreTables } from './restore-tables.mjs';
import { engineOf } from './tables.mjs';
import { complain, exists, onInterrupt, runCommand } from './terminal.mjs';

const USAGE = 'Usage: npm run import -- FILE [--overwrite]';

await runCommand(async (args) => {
  const overwrite = args.includes('--overwrite');
  const [file, ...others] = args.filter((arg) => arg !== '--overwrite');
  if (!file || file.startsWith('-') || others.length > 0) throw new MoveError(USAGE, 2);
  if (!(await exists(file))) throw new MoveError(`There is no file ${file}.`, 2);

  onInterrupt((code) => {
    complain('Interrupted. Import the same file again to go on.');
    process.exit(code);
  });
  const { taken, engine, tables } = await checkFile(file);
  console.log(`${file} is whole: taken from ${engine} on ${taken}.`);

  const connection = await connect(process.env);
  connection.on('error', () => {}); // The queries tell.
  const sameEngine = engine !== 'unknown' && family(engine) === family(await engineOf(connection));
  const left = await restoreTables(connection, tables, sameEngine);
  await writeTables(connection, file, tables, overwrite);
  const isWhole = await verify(connection, file, tables);
  for (const line of left) complain(line);
  if (!isWhole) throw new MoveError('The database does not have all that the file has.');
  await connection.close();
});

async function writeTables(connection, file, tables, overwrite) {
  const progress = new Progress('writing', total(tables));
  const onRows = (_table, rows) => progress.add(rows);
  const written = await insertRows(connection, file, { overwrite, onRows }).finally(() => progress.end());
  for (const { name, count } of tables) {
    const rows = written.get(name) ?? 0;
    const before = count > rows ? `, ${format(count - rows)} there already` : '';
    console.log(`${name}: ${rowCount(rows)} written${before}`);
  }
}

/** True if the database has every row of the file just so. Rows of its own are told, and no fault. */
async function verify(connection, file, tables) {
  const progress = new Progress('checking', total(tables));
  const present = new Map();
  for (const table of tables) {
    present.set(table.name, await hashTable(connection, table, () => progress.add()));
  }
  progress.end();
  const unequal = tables.filter(({ name, hash }) => present.get(name).hash !== hash);
  const compared = await compareRows(connection, file, unequal);
  for (const { name, count } of tables) {
    const { missing, different } = compared.get(name) ?? { missing: 0, different: 0 };
    console.log(`${name}: ${comparison({ missing, different, count, present: present.get(name).count })}`);
  }
  return [...compared.values()].every(({ missing, different }) => missing + different === 0);
}

function comparison({ missing, different, count, present }) {
  const own = present - (count - missing);
  const faults = [
    ...(missing > 0 ? [`missing of the file: ${rowCount(missing)}`] : []),
    ...(different > 0 ? [`not as in the file, and left so: ${rowCount(different)} (see --overwrite)`] : []),
  ];
  const kept = `${rowCount(count)}, all as in the file`;
  return [
    faults.length > 0 ? faults.join(', ') : kept,
    ...(own > 0 ? [`its own: ${rowCount(own)}`] : []),
  ].join('; ');
}

/** Of `rethinkdb 2.4.4` rethinkdb: a server may read what others of its kind have stored. */
function family(engine) {
  return engine.split(' ')[0];
}

function total(tables) {
  return tables.reduce((sum, { count }) => sum + count, 0);
}
