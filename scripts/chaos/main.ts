/**
 * `npm run chaos -- --seed N --minutes M`: browsers, programs and bots write while processes are killed, connections are
 * cut, the disk is filled and the schema is changed. Afterwards each view must equal the table, and each acknowledged
 * write must exist exactly once. RETHINKDB_BIN names a RethinkDB server program, of which a cluster of three is started;
 * without it the embedded database is used.
 *
 * Exit codes: 0 when there is no difference, 1 when there is one, 2 for wrong arguments, 130 or 143 after SIGINT or
 * SIGTERM.
 */
import { parseArgs } from 'node:util';
import { findSystemPrograms } from '../test/find-program.js';
import { type ChaosResult, runChaos } from './run.js';

const DEFAULT_MINUTES = 1;

const { seed, minutes } = readArguments();
// Runs the exit handlers, which kill child processes and unmount the disk.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const programs = findSystemPrograms(['redis-server', 'rabbitmq-server']);
Object.assign(process.env, programs);
const result = await runChaos({
  seed,
  seconds: minutes * 60,
  rethinkdb: process.env.RETHINKDB_BIN || null,
  redis: programs.REDIS_SERVER_PATH ?? null,
  rabbitmq: programs.RABBITMQ_SERVER_PATH ?? null,
  print: (line) => console.log(line),
});
report(result);
process.exit(result.differences.length === 0 ? 0 : 1);

function report({ differences, faults, ledger, readers }: ChaosResult): void {
  console.log(`\n${faults.length} faults, ${readers} views`);
  for (const [writer, { acknowledged, retries, longestGapMs }] of [...ledger.writers].sort()) {
    const seconds = (longestGapMs / 1000).toFixed(1);
    console.log(
      `  ${writer}: ${acknowledged} writes acknowledged, ${retries} retries, at most ${seconds} s between two`,
    );
  }
  if (ledger.storageRefusals > 0)
    console.log(`  ${ledger.storageRefusals} writes refused while the disk was full`);
  if (differences.length === 0) {
    console.log('\nEach view equals the table; each acknowledged write exists exactly once.');
    return;
  }
  console.log(`\n${differences.length} differences (seed ${seed}):`);
  for (const line of differences.slice(0, 20)) console.log(`  ${line}`);
}

function readArguments(): { seed: number; minutes: number } {
  try {
    const options = { seed: { type: 'string' }, minutes: { type: 'string' } } as const;
    const { values } = parseArgs({ options });
    const seed = Number(values.seed ?? Date.now() % 1_000_000);
    const minutes = Number(values.minutes ?? DEFAULT_MINUTES);
    if (!Number.isInteger(seed) || !(minutes > 0)) throw new Error('seed and minutes must be numbers');
    return { seed, minutes };
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: npm run chaos -- [--seed N] [--minutes M]`);
    process.exit(2);
  }
}
