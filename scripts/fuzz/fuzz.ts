/**
 * `npm run fuzz -- --seed N --minutes M [--inputs N] [--door NAME]`: sends hostile inputs through every door of a server and of its
 * embedded database. Afterwards the server must be alive, must answer, and must be back to its memory. With AMQP_URL,
 * bots' answers are sent over that broker, too. Exit code 0, or 1 with the inputs that failed.
 */
import { parseArgs } from 'node:util';
import { type Door, Finding } from './door.js';
import { amqp } from './doors/amqp.js';
import { polling } from './doors/polling.js';
import { rawHttp } from './doors/raw-http.js';
import { reql } from './doors/reql.js';
import { rest } from './doors/rest.js';
import { startHostileAccounts, tokens } from './doors/tokens.js';
import { websocket } from './doors/websocket.js';
import { Random } from './random.js';
import { startTarget, type Target } from './target.js';

/** Megabytes by which the heap may be larger after the run than after its first tenth. */
const HEAP_GROWTH_MB = 48;
/** File descriptors by which the server may have more. */
const FILES_GROWTH = 20;
/** Milliseconds for the server to come to rest. */
const REST_MS = 60_000;
/** Findings after which the run ends. */
const MAX_FINDINGS = 10;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    minutes: { type: 'string', default: '1' },
    inputs: { type: 'string', default: 'Infinity' },
    door: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);
const endAt = Date.now() + Number(values.minutes) * 60_000;
const wanted = Number(values.inputs);

const findings: string[] = [];
const counts = new Map<string, number>();
const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0);
const isOver = () =>
  Date.now() >= endAt || total() >= wanted || findings.length >= MAX_FINDINGS || main.end !== null;

console.log(`fuzz: seed ${seed}`);
const { AMQP_URL } = process.env;
const accounts = await startHostileAccounts(seed);
const main = await startTarget(AMQP_URL ? { AMQP_URL } : {});
const strict = await startTarget({ AUTH: 'accounts', AUTH_SERVER: accounts.url });
if (!AMQP_URL) console.log(`fuzz: skipped "${amqp.name}", as AMQP_URL is not set`);
const allDoors: [Door, Target][] = [
  [rawHttp, main],
  [rest, main],
  [polling, main],
  [websocket, main],
  [reql, main],
  [tokens, strict],
  ...(AMQP_URL ? [[amqp, main] as [Door, Target]] : []),
];
const doors = allDoors.filter(([{ name }]) => name.includes(values.door));

try {
  await warmUp();
  // A server that has crashed already is reported below.
  const before = await stateOf(main).catch(() => null);
  const progress = setInterval(
    () => console.log(`fuzz: ${total()} inputs, ${findings.length} findings`),
    10_000,
  );
  await Promise.all(
    doors.map(([door, target], i) => attackUntilEnd(door, target, new Random(seed * 100 + i))),
  );
  clearInterval(progress);
  for (const target of [main, strict]) await checkAlive(target);
  if (before && main.end === null) await checkRest(main, before);
} finally {
  await Promise.all([main.stop(), strict.stop()]);
  accounts.server.closeAllConnections();
  accounts.server.close();
}
for (const [name, count] of counts) console.log(`${String(count).padStart(9)} ${name}`);
for (const finding of findings) console.log(`\nFinding: ${finding}`);
console.log(`\n${total()} inputs, ${findings.length} findings, seed ${seed}`);
process.exitCode = findings.length > 0 ? 1 : 0;

/** Fills caches and pools, so that their size does not count as growth. */
async function warmUp(): Promise<void> {
  for (const [i, [door, target]] of doors.entries())
    await attackOnce(door, target, new Random(seed * 100 + 50 + i));
}

async function attackUntilEnd(door: Door, target: Target, random: Random): Promise<void> {
  while (!isOver() && target.end === null) await attackOnce(door, target, random);
}

async function attackOnce(door: Door, target: Target, random: Random): Promise<void> {
  try {
    const count = await door.attack(random, target);
    counts.set(door.name, (counts.get(door.name) ?? 0) + count);
  } catch (error) {
    if (target.end !== null) return; // reported by checkAlive
    const input = error instanceof Finding ? `\n  input: ${String(error.input).slice(0, 2_000)}` : '';
    findings.push(`${door.name}: ${(error as Error).message}${input}`);
  }
}

async function stateOf(target: Target): Promise<{ heap: number; files: number }> {
  return { heap: await target.heapBytes(), files: await target.openFiles() };
}

async function checkAlive(target: Target): Promise<void> {
  if (target.end !== null) {
    findings.push(`the server ended with ${target.end}\n${target.output.slice(-4_000)}`);
    return;
  }
  for (const path of ['/healthz', '/readyz', '/api/me']) {
    const answer = await fetch(target.url + path, { signal: AbortSignal.timeout(10_000) }).catch(
      (error) => error,
    );
    const isExpected = answer.status === 200 || (path === '/api/me' && answer.status === 401);
    if (!isExpected) findings.push(`${path} answers ${answer.status ?? answer.message} after the run`);
  }
}

async function checkRest(target: Target, before: { heap: number; files: number }): Promise<void> {
  const end = Date.now() + REST_MS;
  for (;;) {
    const { heap, files } = await stateOf(target);
    const grownMb = (heap - before.heap) / 2 ** 20;
    const isAtRest = grownMb < HEAP_GROWTH_MB && files - before.files < FILES_GROWTH;
    if (isAtRest || Date.now() > end) {
      console.log(
        `fuzz: heap ${grownMb.toFixed(1)} MB larger, ${files - before.files} more file descriptors`,
      );
      if (!isAtRest) findings.push('the server has not come back to its memory');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
