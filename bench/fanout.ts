/**
 * Fan-out beside a peer: one room, many readers, a writer that keeps some messages in flight. Socket.IO's server keeps
 * nothing and sends a message straight to its room; Changeroom writes each to its (embedded) database first, durably,
 * and delivers what the changefeed brings. Contenders run by turns in the same minutes; quote the ratios.
 *
 *   npm run bench -- [readers] [messages] [rounds]
 */
import { Client, type Protocol, primus, socketIo } from './client.js';
import { startServer } from './server.js';

const [readers = 500, messages = 2000, rounds = 3] = process.argv.slice(2).map(Number);
const IN_FLIGHT = 32;

interface Contender {
  name: string;
  args: string[];
  protocol: Protocol;
}

interface Result {
  /** Deliveries per second of wall-clock time. */
  rate: number;
  /** Seconds of the server's CPU per million deliveries. */
  cpu: number;
}

const contenders: Contender[] = [
  { name: 'Changeroom (stored, by changefeed)', args: ['dist/server/main.js'], protocol: primus },
  { name: 'Socket.IO (in memory, nothing stored)', args: ['bench/socket-io-server.mjs'], protocol: socketIo },
];

async function run({ args, protocol }: Contender): Promise<Result> {
  const server = await startServer(args);
  const clients: Client[] = [];
  while (clients.length < readers) {
    const some = Math.min(50, readers - clients.length);
    clients.push(
      ...(await Promise.all(Array.from({ length: some }, () => Client.open(server.url, protocol)))),
    );
  }
  await Promise.all(clients.map((client) => client.join('bench')));
  const [writer] = clients as [Client];
  const cpuBefore = server.cpu();
  const begin = performance.now();
  for (let sent = 0; sent < messages; sent += 1) {
    if (sent >= IN_FLIGHT) await writer.delivered(sent - IN_FLIGHT + 1);
    writer.say('bench', `message ${sent} of a conversation that is neither short nor long`);
  }
  await Promise.all(clients.map((client) => client.delivered(messages)));
  const seconds = (performance.now() - begin) / 1000;
  const cpu = server.cpu() - cpuBefore;
  for (const client of clients) client.close();
  await server.stop();
  const deliveries = messages * readers;
  return { rate: deliveries / seconds, cpu: (cpu / deliveries) * 1e6 };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const results = new Map(contenders.map((contender) => [contender, [] as Result[]]));
for (let round = 1; round <= rounds; round += 1) {
  for (const [contender, list] of results) {
    const result = await run(contender);
    list.push(result);
    const { rate, cpu } = result;
    process.stderr.write(
      `round ${round} of ${rounds}: ${contender.name}: ${Math.round(rate)}/s, ${cpu.toFixed(1)} s CPU per million\n`,
    );
  }
}
console.log(
  `\n${readers} readers of one room, ${messages} messages, ${IN_FLIGHT} in flight, ${rounds} rounds; medians\n`,
);
console.log('| server | deliveries/s | ratio | CPU s per million | ratio |\n|---|---|---|---|---|');
const base = [...results.values()].at(-1)!;
for (const [{ name }, list] of results) {
  const [rate, cpu] = [median(list.map((each) => each.rate)), median(list.map((each) => each.cpu))];
  const [peerRate, peerCpu] = [median(base.map((each) => each.rate)), median(base.map((each) => each.cpu))];
  console.log(
    `| ${name} | ${Math.round(rate)} | ${(rate / peerRate).toFixed(2)} | ${cpu.toFixed(2)} | ${(cpu / peerCpu).toFixed(2)} |`,
  );
}
