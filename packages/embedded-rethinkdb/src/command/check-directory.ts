import { fork } from 'node:child_process';
import path from 'node:path';
import type { CheckMessage } from '../check.js';
import { PACKAGE_ROOT } from '../package-root.js';

const PROGRESS_MS = 2_000;
const CHECK = path.join(PACKAGE_ROOT, 'dist/check.js');

/**
 * Checks a data directory that no process uses: all pages of the file, each document, and each index against its documents.
 * Runs in a process of its own, because LMDB may crash on damage that its file does not show.
 * @returns the exit code: 0 if nothing is damaged, 1 for damage, 2 if the directory cannot be checked
 */
export async function checkDirectory(directory: string): Promise<number> {
  console.log(`Checking ${directory}`);
  const child = fork(CHECK, [directory], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let result: CheckMessage | undefined;
  let printedAt = Date.now();
  child.on('message', (message: CheckMessage) => {
    if (message.kind !== 'progress') result = message;
    else if (Date.now() - printedAt > PROGRESS_MS) {
      printedAt = Date.now();
      console.log(`  … ${message.text}`);
    }
  });
  const end = await new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(String(signal ?? code))),
  );
  if (result?.kind === 'report') return report(result);
  if (result?.kind === 'refused') {
    console.error(result.message);
    return result.code === 'embedded-directory-damaged' || result.code === 'failed' ? 1 : 2;
  }
  console.error(`The data file is damaged: the check ended with ${end} while it read the file.`);
  return 1;
}

function report({ tables, faults, faultCount }: CheckMessage & { kind: 'report' }): number {
  for (const { table, documents, indexes } of tables) {
    const counts = indexes.map(({ name, entries }) => `, index ${name}: ${entries} entries`);
    console.log(`  ${table}: ${documents} documents${counts.join('')}`);
  }
  if (faultCount === 0) {
    console.log('No damage was found.');
    return 0;
  }
  for (const fault of faults) console.log(`  ${fault}`);
  if (faultCount > faults.length) console.log(`  … and ${faultCount - faults.length} more`);
  console.error(
    `${faultCount} faults were found. Restore a backup, or start a server and write the documents again.`,
  );
  return 1;
}
