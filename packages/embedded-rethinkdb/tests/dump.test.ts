import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dumpDatabase, loadDatabase } from '../src/index.js';
import { runCommand, startCommand } from './support/command.js';
import { type Connection, r } from './support/driver.js';
import { startTestServer } from './support/start.js';
import { until } from './support/until.js';

let folder: string;
let source: string;

/** Documents with everything that JSON alone does not preserve. */
const DOCUMENTS = [
  { id: 'time', at: new Date(1_700_000_000_123) },
  { id: 'binary', bytes: Buffer.from([0, 255, 128]) },
  { id: 'text', text: 'line\u2028separator "quoted" \u0000 👩‍👩‍👧 \n', empty: '' },
  { id: 'nested', list: [1, [2, { a: null }]], object: { deep: { deeper: true } }, date: '2020-01-01' },
  { id: 'numbers', small: 5e-324, large: 1e308, integer: 2 ** 53 },
  { id: ['compound', 1, true], n: 5 },
];

async function prepare(connection: Connection): Promise<void> {
  await r.tableCreate('t').run(connection);
  await r.table('t').indexCreate('n').run(connection);
  await r.table('t').indexCreate('tags', { multi: true }).run(connection);
  await r.table('t').indexCreate('place', { geo: true }).run(connection);
  const suffix = 'index';
  await r
    .table('t')
    .indexCreate('computed', (row: (name: string) => { add(text: string): unknown }) => row('id').add(suffix))
    .run(connection);
  await r.table('t').insert(DOCUMENTS).run(connection);
  await r
    .table('t')
    .insert(r.expr({ id: 'zero', n: r.expr(-1).mul(0) }))
    .run(connection);
  await r
    .table('t')
    .insert({ id: 'geo', place: r.point(10, 20), tags: ['a', 'b'] })
    .run(connection);
  await r
    .table('t')
    .setWriteHook((_: unknown, __: unknown, row: { merge(more: object): unknown }) =>
      row.merge({ hooked: true }),
    )
    .run(connection);
  await r.dbCreate('other').run(connection);
  await r.db('other').tableCreate('soft', { primaryKey: 'key', durability: 'soft' }).run(connection);
  await r
    .db('other')
    .table('soft')
    .insert(r.range(1200).map((n: unknown) => ({ key: n })))
    .run(connection);
}

/** Everything that drivers see of a database. */
async function contentOf(connection: Connection) {
  return {
    databases: await r.dbList().run(connection),
    documents: await r.table('t').orderBy({ index: 'id' }).coerceTo('array').run(connection),
    exact: await r.table('t').get('zero').toJSON().run(connection),
    soft: await r.db('other').table('soft').count().run(connection),
    durability: await r.db('other').table('soft').config()('durability').run(connection),
    indexes: await r.table('t').indexStatus().run(connection),
    hook: await r.table('t').getWriteHook().run(connection),
    tagged: await r.table('t').getAll('b', { index: 'tags' })('id').coerceTo('array').run(connection),
    computed: await r.table('t').getAll('timeindex', { index: 'computed' }).count().run(connection),
    near: await r
      .table('t')
      .getIntersecting(r.circle([10, 20], 1000), { index: 'place' })
      .count()
      .run(connection),
  };
}

async function contentOfDirectory(directory: string) {
  const server = await startTestServer({ directory });
  const content = await contentOf(await server.connect());
  await server.stop();
  return content;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-dump-'));
  source = path.join(folder, 'source');
  const server = await startTestServer({ directory: source });
  await prepare(await server.connect());
  await server.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('dump and load', () => {
  test.each(['dump.ndjson', 'dump.ndjson.gz'])('preserve everything through %s', async (name) => {
    const file = path.join(folder, name);
    const target = path.join(folder, `from-${name}`);
    expect(await dumpDatabase({ directory: source, file })).toEqual({ tables: 2, documents: 1208 });
    expect(await loadDatabase({ directory: target, file })).toEqual({ tables: 2, documents: 1208 });
    expect(await contentOfDirectory(target)).toEqual(await contentOfDirectory(source));
    expect((await readdir(folder)).filter((one) => /partial|copy/.test(one))).toEqual([]);
    const second = `${file}.again.ndjson`;
    await dumpDatabase({ directory: target, file: second });
    const lines = (bytes: Buffer) => bytes.toString().split('\n').slice(1, -2);
    const first = readFileSync(file);
    expect(lines(readFileSync(second))).toEqual(lines(name.endsWith('.gz') ? gunzipSync(first) : first));
  });

  test('a dump of a running database is a consistent snapshot, and its clients are served', async () => {
    const server = await startTestServer();
    const connection = await server.connect();
    await r.tableCreate('pairs').run(connection);
    let isWriting = true;
    let written = 0;
    const writer = (async () => {
      for (; isWriting || written < 50; written++)
        await r
          .table('pairs')
          .insert([{ id: `a${written}` }, { id: `b${written}` }])
          .run(connection);
    })();
    await until('some rows are written', () => written > 5);
    const file = path.join(folder, 'running.ndjson');
    await runCommand(['--dump', file, '--directory', server.directory]);
    isWriting = false;
    await writer;
    await server.stop();
    const ids = [...readFileSync(file, 'utf8').matchAll(/"id":"([ab])(\d+)"/g)];
    const numbers = (kind: string) =>
      ids.filter(([, one]) => one === kind).map(([, , number]) => Number(number));
    expect(numbers('a').toSorted()).toEqual(numbers('b').toSorted());
    const [last = -1] = numbers('a').toSorted((a, b) => b - a);
    expect(last).toBeGreaterThan(4);
    expect(numbers('a')).toHaveLength(last + 1);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'is cut off',
      (text) => text.slice(0, text.lastIndexOf('\n', text.length / 2) - 3),
      /its last line is incomplete/,
    ],
    [
      'has lost its last line',
      (text) => `${text.trimEnd().split('\n').slice(0, -1).join('\n')}\n`,
      /its end is missing/,
    ],
    ['was changed', (text) => text.replace('"key":7}', '"key":70000}'), /its hash is wrong/],
    ['continues after its end', (text) => `${text}{}\n`, /it continues after its end/],
    [
      'is of another program',
      () => '{"export":{"program":"other"}}\n',
      /was not written by embedded-rethinkdb/,
    ],
    ['has a newer format', (text) => text.replace('"format":1', '"format":2'), /it has the format 2/],
    ['is no JSON', () => 'rows\n', /line 1/],
    ['is empty', () => '', /its end is missing/],
  ])('a dump that %s is refused, and no database appears', async (name, change, message) => {
    const whole = path.join(folder, 'whole.ndjson');
    await dumpDatabase({ directory: source, file: whole });
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.ndjson`);
    writeFileSync(file, change(readFileSync(whole, 'utf8')));
    const directory = path.join(folder, `loaded-${name.replaceAll(' ', '-')}`);
    await expect(loadDatabase({ directory, file })).rejects.toMatchObject({
      code: 'embedded-dump-invalid',
      message: expect.stringMatching(message),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  test('a directory that has a database is not overwritten', async () => {
    const file = path.join(folder, 'refused.ndjson');
    await dumpDatabase({ directory: source, file });
    const { code, output } = await runCommand(['--load', file, '--directory', source]);
    expect(output).toContain('has a database already');
    expect(code).toBe(1);
  });

  test('a directory without a database cannot be dumped', async () => {
    const { code, output } = await runCommand([
      '--dump',
      path.join(folder, 'none.ndjson'),
      '--directory',
      folder,
    ]);
    expect(output).toContain('has no database');
    expect(code).toBe(1);
    expect(await readdir(folder)).not.toContain('none.ndjson');
  });

  test('a load that is killed leaves no database, and can be repeated', async () => {
    const file = path.join(folder, 'killed.ndjson');
    await dumpDatabase({ directory: source, file });
    const directory = path.join(folder, 'killed');
    const command = startCommand(['--load', file, '--directory', directory]);
    await command.end('SIGKILL');
    const names = await readdir(directory).catch((): string[] => []);
    expect(names.filter((name) => name !== 'data.mdb' && !name.startsWith('.loading-'))).toEqual([]);
    if (!names.includes('data.mdb')) await loadDatabase({ directory, file });
    expect(await contentOfDirectory(directory)).toEqual(await contentOfDirectory(source));
  });
});
