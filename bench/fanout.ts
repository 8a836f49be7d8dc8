/**
 * Compares the fan-out with that of Socket.IO: one room, many readers, and a writer that keeps a number of messages in
 * flight. The Socket.IO server stores nothing and sends a message directly to its room. Changeroom writes each message
 * durably to its embedded database, and delivers it from the changefeed. First at the highest rate, then with ten
 * messages a second, to measure the latency. The servers run in turn; quote the ratios.
 *
 *   npm run bench -- [readers] [messages] [rounds]
 */
import { Client, type Protocol, primus, socketIo } from './client.js';
import { startServer } from './server.js';

const [readers = 500, messages = 2000, rounds = 3] = process.argv.slice(2).map(Number);
const IN_FLIGHT = 32;
/** The number of messages at a constant rate, and the milliseconds between two. */
const PACED = { messages: 50, everyMs: 100 };

interface Contender {
  name: string;
  args: string[];
  protocol: Protocol;
}

interface Result {
  /** Deliveries per second of wall-clock time. */
  rate: number;
  /** CPU seconds of the server per million deliveries. */
  cpu: number;
  /** Milliseconds from sending to a delivery at a constant rate: median and 99th percentile. */
  median: number;
  p99: number;
}

const contenders: Contender[] = [
  { name: 'Changeroom (stored, from the changefeed)', args: ['dist/server/main.js'], protocol: primus },
  {
    name: 'Socket.IO (in memory, nothing stored)',
    args: ['--import', 'tsx', 'bench/socket-io-server.ts'],
    protocol: socketIo,
  },
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
  const latencies = await pace(writer, clients);
  for (const client of clients) client.close();
  await server.stop();
  const deliveries = messages * readers;
  return {
    rate: deliveries / seconds,
    cpu: (cpu / deliveries) * 1e6,
    median: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

/** Sends at a constant rate, independent of the deliveries. @returns the latency of each delivery in milliseconds */
async function pace(writer: Client, clients: Client[]): Promise<number[]> {
  const latencies: number[] = [];
  const sentAt: number[] = [];
  for (const client of clients) {
    const before = client.deliveries;
    client.onEach = () => latencies.push(performance.now() - sentAt[client.deliveries - before - 1]!);
  }
  const begin = performance.now();
  while (sentAt.length < PACED.messages) {
    await new Promise((resolve) =>
      setTimeout(resolve, begin + sentAt.length * PACED.everyMs - performance.now()),
    );
    sentAt.push(performance.now());
    writer.say('bench', 'a message of a conversation at a slow and constant rate');
  }
  await Promise.all(clients.map((client) => client.delivered(messages + PACED.messages)));
  return latencies;
}

function quantile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;
}

const results = new Map(contenders.map((contender) => [contender, [] as Result[]]));
for (let round = 1; round <= rounds; round += 1) {
  for (const [contender, list] of results) {
    const result = await run(contender);
    list.push(result);
    const { rate, cpu, median, p99 } = result;
    process.stderr.write(
      `round ${round} of ${rounds}: ${contender.name}: ${Math.round(rate)}/s, ` +
        `${cpu.toFixed(1)} s CPU per million, ${median.toFixed(1)} ms (99 %: ${p99.toFixed(1)} ms)\n`,
    );
  }
}
console.log(
  `\n${readers} readers of one room, ${messages} messages, ${IN_FLIGHT} in flight, then ${PACED.messages} at ` +
    `${1000 / PACED.everyMs} a second; ${rounds} rounds; medians, and their ratios to those of Socket.IO\n`,
);
const columns: Record<string, keyof Result> = {
  'deliveries/s': 'rate',
  'CPU s per million': 'cpu',
  'ms to a delivery': 'median',
  '99 % within ms': 'p99',
};
console.log(`| server | ${Object.keys(columns).join(' | ')} |`);
console.log(
  `|---|${Object.keys(columns)
    .map(() => '---|')
    .join('')}`,
);
const middle = (list: Result[], key: keyof Result) =>
  quantile(
    list.map((each) => each[key]),
    0.5,
  );
const peer = [...results.values()].at(-1)!;
for (const [{ name }, list] of results) {
  const cells = Object.values(columns).map((key) => {
    const value = middle(list, key);
    return `${value.toFixed(key === 'rate' ? 0 : 2)} (${(value / middle(peer, key)).toFixed(2)})`;
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
