import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../tests/presence/random.js';
import { until } from '../../tests/support/until.js';
import { type ChaosBots, startChaosBots } from './bots.js';
import type { ChaosDatabase } from './chaos-database.js';
import { startClusterDatabase } from './cluster-database.js';
import { driverWriteClient } from './driver-write-client.js';
import { startEmbeddedDatabase } from './embedded-database.js';
import { type FaultRecord, type Lane, runLane } from './faults.js';
import { Ledger } from './ledger.js';
import { eventReader, type Reader, socketReader } from './readers.js';
import { startChaosRedis } from './redis.js';
import { guestCookie, restWriteClient } from './rest-write-client.js';
import { schemaLane } from './schema-faults.js';
import { ChaosServer, serverLane } from './servers.js';
import { socketWriteClient } from './socket-write-client.js';
import { readTable, viewDifferences, writeDifferences } from './verdict.js';
import { Writer } from './writer.js';

export interface ChaosOptions {
  seed: number;
  /** The duration of the faults. */
  seconds: number;
  /** A RethinkDB server program; null for the embedded database. */
  rethinkdb: string | null;
  /** The programs of Redis and RabbitMQ. Without one, its faults are skipped. */
  redis: string | null;
  rabbitmq: string | null;
  print(line: string): void;
}

export interface ChaosResult {
  /** A line for each difference between views, table and acknowledged writes, and each wrong response. */
  differences: string[];
  faults: FaultRecord[];
  ledger: Ledger;
  readers: number;
}

const SERVERS = 2;
const ROOMS = ['lobby', 'one', 'two'];
/** Between two writes of one writer. */
const WRITE_PAUSE_MS = 40;
const WRITES_AFTER_FAULTS = 5;
/** For servers to be ready and views to converge after the last fault. */
const RECOVERY_MS = 60_000;

/** Starts servers, readers and writers, causes faults, ends them, and compares views, table and acknowledged writes. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, print } = options;
  const ledger = new Ledger();
  const cleanups: (() => Promise<unknown> | unknown)[] = [];
  try {
    const database = options.rethinkdb
      ? await startClusterDatabase(options.rethinkdb, 'chaos', SERVERS)
      : await startEmbeddedDatabase('chaos', SERVERS, { ledger, seconds: options.seconds, print });
    cleanups.push(() => database.stop());
    const redis = options.redis ? await startChaosRedis() : null;
    if (redis) cleanups.push(() => redis.stop());
    else print('skipped: Redis and its faults (no redis-server program given)');
    const bots = options.rabbitmq ? await startChaosBots() : null;
    if (bots) cleanups.push(() => bots.stop());
    else print('skipped: bots and their broker (no rabbitmq-server program given)');

    const shared = {
      SESSION_SECRET: randomBytes(16).toString('hex'),
      ...(redis && { REDIS_URL: redis.url }),
      ...bots?.env,
    };
    const servers = await Promise.all(
      database.urls.map((RETHINKDB_URL) => ChaosServer.start({ ...shared, RETHINKDB_URL })),
    );
    cleanups.push(() => Promise.all(servers.map((server) => server.stop())));
    for (const server of servers) await server.ready(RECOVERY_MS);
    await bots?.start(shared);
    print(`seed ${seed}: ${database.kind}, ${SERVERS} servers, ${options.seconds} seconds`);

    const readers = openReaders(servers);
    cleanups.push(() => readers.map((reader) => reader.close()));
    const writers = await openWriters(servers, database, bots, ledger, random(seed));
    const lanes = [
      database.lane,
      serverLane(servers),
      schemaLane(database.connect),
      ...(redis ? [redis.lane] : []),
      ...(bots ? [bots.lane] : []),
    ];
    const faults = await causeFaults(lanes, options);
    await expectProgress(writers, ledger);
    await Promise.all(writers.map((writer) => writer.stop()));
    for (const server of servers) await server.ready(RECOVERY_MS);

    const compare = () => differences(database, readers, ledger, bots, shared.SESSION_SECRET);
    let found = await compare();
    const end = performance.now() + RECOVERY_MS;
    while (found.length > 0 && performance.now() < end) {
      await sleep(250);
      found = await compare();
    }
    return { differences: [...ledger.violations, ...found], faults, ledger, readers: readers.length };
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

/** After the last fault, each writer must be able to write. */
async function expectProgress(writers: readonly Writer[], ledger: Ledger): Promise<void> {
  const acknowledgedBy = ({ name }: Writer) => ledger.writers.get(name)?.acknowledged ?? 0;
  const before = new Map(writers.map((writer) => [writer, acknowledgedBy(writer)]));
  await Promise.all(
    writers.map((writer) =>
      until(
        `${writer.name} acknowledges ${WRITES_AFTER_FAULTS} writes after the last fault`,
        () => acknowledgedBy(writer) >= (before.get(writer) ?? 0) + WRITES_AFTER_FAULTS,
        RECOVERY_MS,
      ).catch((error: Error) => void ledger.violations.push(error.message)),
    ),
  );
}

function openReaders(servers: ChaosServer[]): Reader[] {
  return servers.flatMap(({ url }, i) =>
    ROOMS.flatMap((room) => [
      socketReader(`socket of server ${i}`, url, room),
      eventReader(`event stream of server ${i}`, url, room),
    ]),
  );
}

async function openWriters(
  servers: ChaosServer[],
  database: ChaosDatabase,
  bots: ChaosBots | null,
  ledger: Ledger,
  pick: (below: number) => number,
): Promise<Writer[]> {
  const common = { pick, pauseMs: WRITE_PAUSE_MS, ledger };
  const cookie = await guestCookie(servers[0]!.url);
  const writers = [new Writer(driverWriteClient('driver', database.connect), { ...common, rooms: ROOMS })];
  for (const [i, { url }] of servers.entries()) {
    const room = ROOMS[i]!;
    writers.push(new Writer(restWriteClient(`REST ${i}`, url, cookie), { ...common, rooms: ROOMS }));
    writers.push(
      new Writer(socketWriteClient(`socket ${i}`, url, room, cookie), { ...common, rooms: [room] }),
    );
  }
  if (bots) {
    const commandOptions = {
      ...common,
      rooms: [ROOMS[0]!],
      pauseMs: 10 * WRITE_PAUSE_MS,
      body: bots.command,
    };
    writers.push(
      new Writer(socketWriteClient('commands to a bot', servers[0]!.url, ROOMS[0]!, cookie), commandOptions),
    );
  }
  return writers;
}

/** Each lane has its own random numbers, so that its faults do not depend on the timing of another lane. */
async function causeFaults(lanes: Lane[], { seed, seconds, print }: ChaosOptions): Promise<FaultRecord[]> {
  const faults: FaultRecord[] = [];
  const onFault = (fault: FaultRecord) => {
    faults.push(fault);
    const from = (fault.from / 1000).toFixed(1);
    print(`  ${from.padStart(6)} s, for ${((fault.to - fault.from) / 1000).toFixed(1)} s: ${fault.fault}`);
  };
  const signal = AbortSignal.timeout(seconds * 1000);
  await Promise.all(lanes.map((lane, i) => runLane(lane, random(seed * 31 + i), signal, onFault)));
  return faults;
}

async function differences(
  database: ChaosDatabase,
  readers: Reader[],
  ledger: Ledger,
  bots: ChaosBots | null,
  secret: string,
): Promise<string[]> {
  try {
    const connection = await database.connect();
    try {
      const table = await readTable(connection);
      return [
        ...viewDifferences(readers, table),
        ...writeDifferences(ledger, table),
        ...(bots ? bots.differences(ledger, table, secret) : []),
      ];
    } finally {
      await connection.close({ noreplyWait: false });
    }
  } catch (error) {
    return [`the table cannot be read: ${(error as Error).message.split('\n')[0]}`];
  }
}
