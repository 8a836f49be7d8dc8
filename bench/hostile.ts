/**
 * Measures ordinary clients without and with hostile clients, on a server with a heap of 512 MB and its default limits:
 * the latency of acknowledgements and deliveries, and the number of lost connections. The hostile clients use CPU of
 * the same machine, which matters with few cores.
 *
 *   npm run bench:hostile -- [ordinary] [hostile] [seconds] [kind of misuse]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { OrdinaryClient } from './ordinary-client.js';
import { startServer } from './server.js';

const [ordinary = 20, hostile = 1000, seconds = 30] = process.argv.slice(2, 5).map(Number);
const [kind = ''] = process.argv.slice(5);
const HEAP_MB = 512;
interface Phase {
  acks: number[];
  deliveries: number[];
  lost: number;
  unanswered: number;
}

async function measure(url: string): Promise<Phase> {
  const clients = await Promise.all(
    Array.from({ length: ordinary }, (_, i) => OrdinaryClient.open(url, `198.51.100.${1 + i}`)),
  );
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const client of clients) client.close();
  return {
    acks: sorted(clients.flatMap(({ acks }) => acks)),
    deliveries: sorted(clients.flatMap(({ deliveries }) => deliveries)),
    lost: clients.filter(({ isLost }) => isLost).length,
    // Each client may have one message in flight when the phase ends.
    unanswered: clients.reduce((sum, { unanswered }) => sum + Math.max(0, unanswered - 1), 0),
  };
}

const sorted = (times: number[]) => times.sort((a, b) => a - b);
const at = (times: number[], share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
const show = (times: number[]) =>
  `median ${at(times, 0.5).toFixed(1)} ms, p99 ${at(times, 0.99).toFixed(1)} ms`;

function report(name: string, { acks, deliveries, lost, unanswered }: Phase): void {
  console.log(`${name}: acknowledged after ${show(acks)}; delivered after ${show(deliveries)}`);
  console.log(`  ${acks.length} acknowledged, ${unanswered} unanswered, ${lost} connections lost`);
}

async function attack(url: string): Promise<ChildProcess> {
  const args = ['node_modules/tsx/dist/cli.mjs', 'bench/hostile-clients.ts', url, `${hostile}`, kind];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  // Real attackers use other processors; these must not use that of the server.
  setPriority(child.pid!, constants.priority.PRIORITY_LOW);
  // All have connected or failed to connect.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  return child;
}

const server = await startServer([`--max-old-space-size=${HEAP_MB}`, 'dist/server/main.js'], {
  LIMIT_MESSAGES: '',
  LIMIT_FRAMES: '',
  LOG_LEVEL: 'error',
});
try {
  const quiet = await measure(server.url);
  report('without hostile clients', quiet);
  const child = await attack(server.url);
  const attacked = await measure(server.url);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  child.kill('SIGTERM');
  await once(child, 'close');
  report(`with ${hostile} hostile clients`, attacked);
  const heap = Number(/^changeroom_nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]) / 2 ** 20;
  const ratio = at(attacked.acks, 0.99) / at(quiet.acks, 0.99);
  console.log(`p99 ratio ${ratio.toFixed(2)}; heap ${heap.toFixed(0)} MB of ${HEAP_MB}`);
} finally {
  await server.stop();
}
