/**
 * `npm run database -- --check [--directory data]`: checks the folder of an embedded database that no server uses: all
 * pages of the file, each document, and each index against its documents. Nothing is written.
 *
 * Exit codes: 0 when nothing is wrong, 1 when something is damaged, 2 when the folder cannot be checked (wrong use, a
 * server uses it, there is no database).
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = 'Usage: npm run database -- --check [--directory data]';
/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 2_000;
const CHECK = fileURLToPath(new URL('../packages/embedded-rethinkdb/dist/check.js', import.meta.url));

const directory = readArguments();
if (!existsSync(CHECK)) end(2, 'dist/ is missing: npm run build');
console.log(`Checking ${directory}`);
await check(directory);

function readArguments() {
  try {
    const { values } = parseArgs({ options: { check: { type: 'boolean' }, directory: { type: 'string' } } });
    if (!values.check) end(2, USAGE);
    return resolve(values.directory ?? process.env.DATA_DIR ?? './data');
  } catch (error) {
    end(2, `${error.message}\n${USAGE}`);
  }
}

/** In a process of its own, since LMDB crashes on damage of which its file shows no sign. */
async function check(folder) {
  const child = fork(CHECK, [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let answer;
  let printedAt = Date.now();
  child.on('message', (message) => {
    if (message.kind !== 'progress') answer = message;
    else if (Date.now() - printedAt > PROGRESS_MS) {
      printedAt = Date.now();
      console.log(`  … ${message.text}`);
    }
  });
  const [code, signal] = await new Promise((done) => child.once('close', (...ended) => done(ended)));
  if (answer?.kind === 'report') report(answer);
  else if (answer?.kind === 'refused') {
    const isDamaged = answer.code === 'embedded-directory-damaged' || answer.code === 'failed';
    end(isDamaged ? 1 : 2, answer.message);
  } else end(1, `The data file is damaged: the check ended with ${signal ?? code} while it read it.`);
}

function report({ tables, faults, faultCount }) {
  for (const { table, documents, indexes } of tables) {
    const parts = indexes.map(({ name, entries }) => `, index ${name}: ${entries} entries`);
    console.log(`  ${table}: ${documents} documents${parts.join('')}`);
  }
  if (faultCount === 0) end(0, 'No damage was found.');
  for (const fault of faults) console.log(`  ${fault}`);
  if (faultCount > faults.length) console.log(`  … and ${faultCount - faults.length} more`);
  end(
    1,
    `${faultCount} faults were found. Restore a backup, or start a server and write the documents again.`,
  );
}

function end(code, text) {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
