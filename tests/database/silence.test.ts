import { afterAll, beforeAll, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const FAST = { heartbeatMs: 100, stepTimeoutMs: 400 };

let database: TestDatabase;
let connection: Awaited<ReturnType<TestDatabase['connect']>>;
beforeAll(async () => {
  database = await openDatabase();
  connection = await database.connect();
});
afterAll(() => database.stop());

/** Connects by way of a proxy to a database of this name, and makes the tables where they are missing. */
async function connect(name: string, silence?: { connection: number; bytes: number }) {
  const line = await startTcpProxy(database.port);
  if (silence) line.silenceAfter(silence.connection, silence.bytes);
  const address = { ...database.at(line.port), db: `${database.address.db}${name}` };
  // Without a silence, a slow machine must not end a connection that is measured.
  const link = chatDatabase(address, silence && FAST);
  link.start();
  const stop = async () => {
    await link.stop();
    await line.stop();
    await r.branch(r.dbList().contains(address.db), r.dbDrop(address.db), null).run(connection);
  };
  return { line, link, stop };
}

/** Eight points, from the first byte to the last that a connection brings while it is being prepared. */
const POINTS = [0, 1, 2, 3, 4, 5, 6, 7];

test.each([
  ['the connection for queries', 0],
  ['the connection for feeds', 1],
])(
  'a connection is opened again when %s goes silent at any point of connecting',
  { timeout: 180_000 },
  async (_name, number) => {
    const whole = await connect(`_whole_${number}`);
    await whole.link.ready(30_000);
    const bytes = whole.line.received[number]!;
    await whole.stop();
    expect(bytes).toBeGreaterThan(400);

    for (const point of POINTS) {
      const silence = { connection: number, bytes: Math.floor((bytes * point) / POINTS.length) };
      const { line, link, stop } = await connect(`_${number}_${point}`, silence);
      const isSecond = () => line.received.length > 2 && link.status.state === 'up';
      await until(`a second link after silence at byte ${silence.bytes}`, isSecond);
      await until('the silent link is closed', () => line.open === 2);
      await stop();
    }
  },
);
