/**
 * `npm run database -- --check [--directory data]`: checks the folder of an embedded database that no server uses: all
 * pages of the file, each document, and each index against its documents. Writes nothing.
 *
 * Exit codes: 0 when no damage was found, 1 when there is damage, 2 when the folder cannot be checked (wrong use, a
 * server uses it, there is no database).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CheckMessage } from '../packages/embedded-rethinkdb/src/check.js';

const USAGE = 'Usage: npm run database -- --check [--directory data]';
const PROGRESS_INTERVAL_MS = 2_000;
const CHECK = fileURLToPath(new URL('check.js', import.meta.resolve('embedded-rethinkdb')));

type CheckResult = Exclude<CheckMessage, { kind: 'progress' }>;

const directory = readArguments();
console.log(`Checking ${directory}`);
await check(directory);

function readArguments(): string {
  try {
    const { values } = parseArgs({ options: { check: { type: 'boolean' }, directory: { type: 'string' } } });
    if (!values.check) end(2, USAGE);
    return resolve(values.directory ?? process.env.DATA_DIR ?? './data');
  } catch (error) {
    return end(2, `${(error as Error).message}\n${USAGE}`);
  }
}

/** Runs in another process, because LMDB can crash on damage that its file does not show. */
async function check(folder: string): Promise<never> {
  const child = fork(CHECK, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const results: CheckResult[] = [];
  let printedAt = Date.now();
  child.on('message', (message: CheckMessage) => {
    if (message.kind !== 'progress') results.push(message);
    else if (Date.now() - printedAt > PROGRESS_INTERVAL_MS) {
      printedAt = Date.now();
      console.log(`  … ${message.text}`);
    }
  });
  const [code, signal] = await once(child, 'close');
  const [result] = results;
  if (result?.kind === 'report') return report(result);
  if (result?.kind === 'refused') {
    const isDamaged = result.code === 'embedded-directory-damaged' || result.code === 'failed';
    return end(isDamaged ? 1 : 2, result.message);
  }
  return end(1, `The data file is damaged: the check ended with ${signal ?? code} while it read the file.`);
}

function report({ tables, faults, faultCount }: Extract<CheckResult, { kind: 'report' }>): never {
  for (const { table, documents, indexes } of tables) {
    const entries = indexes.map((index) => `, index ${index.name}: ${index.entries} entries`);
    console.log(`  ${table}: ${documents} documents${entries.join('')}`);
  }
  if (faultCount === 0) return end(0, 'No damage was found.');
  for (const fault of faults) console.log(`  ${fault}`);
  if (faultCount > faults.length) console.log(`  … and ${faultCount - faults.length} more`);
  const advice = 'Restore a backup, or start a server and write the documents again.';
  return end(1, `${faultCount} faults were found. ${advice}`);
}

function end(exitCode: number, text: string): never {
  (exitCode === 0 ? console.log : console.error)(text);
  process.exit(exitCode);
}
