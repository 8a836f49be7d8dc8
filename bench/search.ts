/**
 * Measures search on the embedded database: the rate of inserts with and without an index, the build of an index of a
 * full table, and the latency of searches through the REST API.
 *
 *   npm run bench:search -- [messages] [messages per insert measurement] [rounds] [searches]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import rethinkdb from 'rethinkdb';
import { freePort } from '../tests/support/free-port.js';
import { Client, primus } from './client.js';
import { type Server, startServer } from './server.js';

const [messages = 1_000_000, perMeasurement = 20_000, rounds = 3, searches = 500] = process.argv
  .slice(2)
  .map(Number);
const VOCABULARY = 50_000;
const ROOMS = 300;
const AUTHORS = 1_000;
const BATCH = 200;
const CONCURRENT_BATCHES = 4;
const SENDERS = 8;
const IN_FLIGHT = 16;

let seed = 1;
/** Reproducible, from 0 to 1 (the constants of C's rand). */
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
}

/** Words by Zipf's law: the n-th word is about n times as rare as the first. */
const word = () => `word${Math.floor(VOCABULARY ** random())}`;
const body = () => Array.from({ length: 4 + Math.floor(random() * 16) }, word).join(' ');

interface Host {
  server: Server;
  port: number;
}

async function start(dataDir: string, env: Record<string, string>): Promise<Host> {
  const port = await freePort();
  const limits = { LIMIT_SEARCHES: '0', LIMIT_REQUESTS: '0', LIMIT_SOCKETS: '0' };
  const settings = { DATA_DIR: dataDir, EMBEDDED_PORT: String(port), ...limits, ...env };
  return { server: await startServer(['dist/server/main.js'], settings), port };
}

async function fill(port: number, count: number): Promise<void> {
  const connection = await rethinkdb.connect({ host: '127.0.0.1', port, db: 'changeroom' });
  const begin = Date.now() - count * 1_000;
  let next = 0;
  const insert = async () => {
    while (next < count) {
      const rows = Array.from({ length: Math.min(BATCH, count - next) }, () => ({
        id: `m${String(next).padStart(12, '0')}`,
        room: `room ${Math.floor(ROOMS * random() ** 3)}`,
        body: body(),
        author: { id_user: `u${Math.floor(AUTHORS * random() ** 2)}`, name: 'someone' },
        sent: new Date(begin + next++ * 1_000),
      }));
      await rethinkdb.table('messages').insert(rows, { durability: 'soft' }).run(connection);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_BATCHES }, insert));
  await connection.close();
}

/** Messages per second that sockets write, each acknowledged. */
async function insertRate(search: boolean): Promise<number> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'changeroom-bench-'));
  const { server } = await start(dataDir, { SEARCH: String(search) });
  const clients = await Promise.all(Array.from({ length: SENDERS }, () => Client.open(server.url, primus)));
  const write = (count: number) => Promise.all(clients.map((client) => writeAll(client, count / SENDERS)));
  await write(perMeasurement / 4);
  const begin = performance.now();
  await write(perMeasurement);
  const rate = (perMeasurement / (performance.now() - begin)) * 1_000;
  for (const client of clients) client.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  return rate;
}

function writeAll(client: Client, count: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let acknowledged = 0;
    const send = () => {
      sent += 1;
      client.say('bench', body());
    };
    client.onAck = () => {
      acknowledged += 1;
      if (acknowledged >= count) resolve();
      else if (sent < count) send();
    };
    for (let i = 0; i < Math.min(IN_FLIGHT, count); i++) send();
  });
}

interface Page {
  indexed: number;
  results: unknown[];
}

async function search(url: string, q: string): Promise<Page> {
  const response = await fetch(`${url}/api/search?q=${encodeURIComponent(q)}`);
  if (!response.ok) throw new Error(`${q}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Page;
}

const QUERIES: Record<string, () => string> = {
  'a common word': () => `word${Math.floor(random() * 10)}`,
  'a word': word,
  'two words': () => `${word()} ${word()}`,
  'a phrase': () => `"${word()} ${word()}"`,
  'a word of an author': () => `${word()} from:u${Math.floor(random() * AUTHORS)}`,
  'a word in a room': () => `${word()} in:"room ${Math.floor(random() * ROOMS)}"`,
  'a word in a month': () => `${word()} before:2026-11-15 after:2026-11-10`,
};

async function measureSearches(url: string): Promise<void> {
  const all: number[] = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = [];
    for (let i = 0; i < searches; i++) {
      const begin = performance.now();
      await search(url, query());
      times.push(performance.now() - begin);
    }
    all.push(...times);
    console.log(`  ${name.padEnd(22)} ${percentiles(times)}`);
  }
  console.log(`  ${'all'.padEnd(22)} ${percentiles(all)}`);
}

function percentiles(times: number[]): string {
  const sorted = times.sort((a, b) => a - b);
  const at = (part: number) => `${sorted[Math.floor((sorted.length - 1) * part)]?.toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
}

async function main(): Promise<void> {
  const rates: { without: number; with: number }[] = [];
  for (let i = 0; i < rounds; i++)
    rates.push({ without: await insertRate(false), with: await insertRate(true) });
  for (const rate of rates)
    console.log(
      `inserts: ${Math.round(rate.without)}/s without, ${Math.round(rate.with)}/s with search: ${((rate.with / rate.without) * 100).toFixed(0)} %`,
    );

  const dataDir = mkdtempSync(path.join(tmpdir(), 'changeroom-bench-'));
  const filled = await start(dataDir, { SEARCH: 'false' });
  await fill(filled.port, messages);
  await filled.server.stop();
  const { server } = await start(dataDir, {});
  const begin = performance.now();
  while ((await search(server.url, 'word1')).indexed < 100)
    await new Promise((resolve) => setTimeout(resolve, 500));
  const seconds = (performance.now() - begin) / 1_000;
  console.log(
    `build of ${messages} messages: ${seconds.toFixed(0)} s, ${Math.round(messages / seconds)}/s, ${megabytes(sizeOf(path.join(dataDir, 'search')))} on disk, ${server.cpu().toFixed(0)} s of CPU time`,
  );
  await measureSearches(server.url);
  if (process.platform === 'linux') console.log(`memory of the server: ${residentMemory(server.pid)}`);
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

function residentMemory(pid: number): string {
  return /VmRSS:\s+(\d+ kB)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'unknown';
}

console.log(`node ${process.version}, ${execFileSync('uname', ['-sm'], { encoding: 'utf8' }).trim()}`);
await main();
