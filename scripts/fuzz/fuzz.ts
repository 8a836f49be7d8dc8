/**
 * `npm run fuzz -- --seed N --minutes M [--inputs N] [--surface NAME]`: sends hostile inputs to every interface of a server
 * and to its embedded database. Afterwards the server must run, must answer, and must have released memory and file
 * descriptors. With AMQP_URL it also sends answers of bots with that broker.
 *
 * Exit codes: 0 without findings; 1 with findings, whose inputs are printed.
 */
import { parseArgs } from 'node:util';
import { Random } from './random.js';
import { Finding, type Surface } from './surface.js';
import { amqp } from './surfaces/amqp.js';
import { bodies } from './surfaces/bodies.js';
import { polling } from './surfaces/polling.js';
import { rawHttp } from './surfaces/raw-http.js';
import { reql } from './surfaces/reql.js';
import { rest } from './surfaces/rest.js';
import { startHostileAccounts, tokens } from './surfaces/tokens.js';
import { websocket } from './surfaces/websocket.js';
import { startTarget, type Target } from './target.js';

/** Allowed growth of the heap after the warm-up. */
const MAX_HEAP_GROWTH_MB = 48;
/** Allowed growth of the number of open file descriptors. */
const MAX_FILES_GROWTH = 20;
/** For the server to release memory and file descriptors. */
const RELEASE_TIMEOUT_MS = 60_000;
/** The run ends after this number of findings. */
const MAX_FINDINGS = 10;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    minutes: { type: 'string', default: '1' },
    inputs: { type: 'string', default: 'Infinity' },
    surface: { type: 'string', default: '' },
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
if (!AMQP_URL) console.log(`fuzz: skipped "${amqp.name}": AMQP_URL is not set`);
const allSurfaces: [Surface, Target][] = [
  [rawHttp, main],
  [rest, main],
  [bodies, main],
  [polling, main],
  [websocket, main],
  [reql, main],
  [tokens, strict],
  ...(AMQP_URL ? [[amqp, main] as [Surface, Target]] : []),
];
const surfaces = allSurfaces.filter(([{ name }]) => name.includes(values.surface));

try {
  await warmUp();
  // A crash is reported below.
  const before = await stateOf(main).catch(() => null);
  const progress = setInterval(
    () => console.log(`fuzz: ${total()} inputs, ${findings.length} findings`),
    10_000,
  );
  await Promise.all(
    surfaces.map(([surface, target], i) => attackUntilEnd(surface, target, new Random(seed * 100 + i))),
  );
  clearInterval(progress);
  for (const target of [main, strict]) await checkAlive(target);
  if (before && main.end === null) await checkRelease(main, before);
} finally {
  await Promise.all([main.stop(), strict.stop()]);
  accounts.server.closeAllConnections();
  accounts.server.close();
}
for (const [name, count] of counts) console.log(`${String(count).padStart(9)} ${name}`);
for (const finding of findings) console.log(`\nFinding: ${finding}`);
console.log(`\n${total()} inputs, ${findings.length} findings, seed ${seed}`);
process.exitCode = findings.length > 0 ? 1 : 0;

/** Fills caches and pools, so that they are not counted as growth. */
async function warmUp(): Promise<void> {
  for (const [i, [surface, target]] of surfaces.entries())
    await attackOnce(surface, target, new Random(seed * 100 + 50 + i));
}

async function attackUntilEnd(surface: Surface, target: Target, random: Random): Promise<void> {
  while (!isOver() && target.end === null) await attackOnce(surface, target, random);
}

async function attackOnce(surface: Surface, target: Target, random: Random): Promise<void> {
  try {
    const count = await surface.attack(random, target);
    counts.set(surface.name, (counts.get(surface.name) ?? 0) + count);
  } catch (error) {
    if (target.end !== null) return; // reported by checkAlive
    const input = error instanceof Finding ? `\n  input: ${String(error.input).slice(0, 2_000)}` : '';
    findings.push(`${surface.name}: ${(error as Error).message}${input}`);
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

async function checkRelease(target: Target, before: { heap: number; files: number }): Promise<void> {
  const end = Date.now() + RELEASE_TIMEOUT_MS;
  for (;;) {
    const { heap, files } = await stateOf(target);
    const grownMb = (heap - before.heap) / 2 ** 20;
    const isReleased = grownMb < MAX_HEAP_GROWTH_MB && files - before.files < MAX_FILES_GROWTH;
    if (isReleased || Date.now() > end) {
      console.log(
        `fuzz: heap ${grownMb.toFixed(1)} MB larger, ${files - before.files} more file descriptors`,
      );
      if (!isReleased) findings.push('the server has not released memory or file descriptors');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
