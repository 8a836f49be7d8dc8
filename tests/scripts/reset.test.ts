import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { ROOT } from '../../server/runtime/project-root.js';
import { childEnvironment } from '../support/child-environment.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { programPath, skipWithout } from '../support/programs.js';
import { endAllServers, startServer } from '../support/server-process.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

interface Outcome {
  code: number;
  out: string;
  error: string;
}

/** Runs a built script, as its npm script does. Its input is no terminal. */
function run(script: 'reset' | 'seed', args: string[], env: Record<string, string>): Promise<Outcome> {
  const file = path.join(ROOT, 'dist/scripts', `${script}.js`);
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env: childEnvironment(env) }, (failure, out, error) => {
      resolve({ code: failure ? Number(failure.code) : 0, out: out.trim(), error: error.trim() });
    });
  });
}

/** Runs a built script in a terminal (script, of util-linux), and types a line at its question. */
function runInTerminal(typed: string, env: Record<string, string>): Promise<Outcome> {
  const command = `${process.execPath} ${path.join(ROOT, 'dist/scripts/reset.js')}`;
  return new Promise((resolve) => {
    const child = execFile(
      programPath('script'),
      ['-qec', command, '/dev/null'],
      { env: childEnvironment(env) },
      (failure, out) =>
        resolve({ code: failure ? Number(failure.code) : 0, out: out.replaceAll('\r', ''), error: '' }),
    );
    let shown = '';
    let isTyped = false;
    child.stdout?.on('data', (text) => {
      shown += text;
      if (isTyped || !shown.includes('to continue:')) return;
      isTyped = true;
      child.stdin?.write(`${typed}\n`);
    });
  });
}

describe('npm run reset', () => {
  let database: TestDatabase;
  let stack: Stack;
  let connection: DriverConnection;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await openDatabase();
    stack = await startStack(database);
    connection = await database.connect();
    const { host, port } = database;
    env = { RETHINKDB_URL: `rethinkdb://${host}:${port}/${database.address.db}` };
  });
  afterAll(async () => {
    await stack.stop();
    await database.stop();
  });

  const TABLES = [
    ...['messages', 'reactions', 'pins', 'files', 'file_chunks'],
    ...[
      'invitations',
      'join_requests',
      'memberships',
      'rooms',
      'commands',
      'sessions',
      'user_settings',
      'users',
    ],
  ];
  const EMPTY = TABLES.map(() => 0);
  const countsOf = () => Promise.all(TABLES.map((name) => r.table(name).count().run(connection)));

  beforeEach(async () => {
    for (const name of TABLES) await r.table(name).delete().run(connection);
    const many = Array.from({ length: 1_200 }, (_, i) => ({ room: 'tea', body: `message ${i}` }));
    await r.table('messages').insert(many).run(connection);
    await r
      .table('reactions')
      .insert({ id: ['m', 'ann', '👍'], room: 'tea' })
      .run(connection);
    await r.table('pins').insert({ id: 'm', room: 'tea', id_user: 'ann' }).run(connection);
    await r.table('files').insert({ id: 'f', room: 'tea', name: 'f.txt', size: 1 }).run(connection);
    await r
      .table('file_chunks')
      .insert({ id: ['f', 0], data: r.binary(Buffer.from('x')) })
      .run(connection);
    await r.table('invitations').insert({ id: 'digest', room: 'tea' }).run(connection);
    await r.table('join_requests').insert({ id: 'one', room: 'tea', id_user: 'bob' }).run(connection);
    await r
      .table('memberships')
      .insert({ id: ['tea', 'ann'] })
      .run(connection);
    await r
      .table('rooms')
      .insert([{ id: 'tea' }, { id: 'cake' }])
      .run(connection);
    await r.table('sessions').insert({ id: 'a login', id_user: 'ann', ends: new Date() }).run(connection);
    await r.table('user_settings').insert({ id: 'ann', theme: 'dark' }).run(connection);
    await r.table('users').insert({ id: 'ann', name: 'Ann' }).run(connection);
  });

  test('npm run reset -- --yes deletes all rows of the chat, and open rooms become empty', async () => {
    const view = new View();
    const membership = await stack.rooms.join('tea', view);
    view.show(membership.snapshot);
    expect(view.messages.length).toBeGreaterThan(0);
    const { code, out, error } = await run('reset', ['--yes'], env);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const { host, port } = database;
    expect(out.split('\n')).toEqual([
      `Database ${database.address.db} at ${host}:${port}:`,
      '  messages: 1,200 rows',
      '  reactions: 1 row',
      '  pins: 1 row',
      '  files: 1 row',
      '  file_chunks: 1 row',
      '  invitations: 1 row',
      '  join_requests: 1 row',
      '  memberships: 1 row',
      '  rooms: 2 rows',
      '  commands: 0 rows',
      '  credentials: 0 rows',
      '  sessions: 1 row',
      '  push_subscriptions: 0 rows',
      '  user_settings: 1 row',
      '  users: 1 row',
      'messages: 1,200 rows deleted',
      'reactions: 1 row deleted',
      'pins: 1 row deleted',
      'files: 1 row deleted',
      'file_chunks: 1 row deleted',
      'invitations: 1 row deleted',
      'join_requests: 1 row deleted',
      'memberships: 1 row deleted',
      'rooms: 2 rows deleted',
      'commands: 0 rows deleted',
      'credentials: 0 rows deleted',
      'sessions: 1 row deleted',
      'push_subscriptions: 0 rows deleted',
      'user_settings: 1 row deleted',
      'users: 1 row deleted',
    ]);
    expect(await countsOf()).toEqual(EMPTY);
    await until('an empty room', () => view.messages.length === 0);
    membership.leave();
  });

  test('npm run reset keeps the tables of other programs', async () => {
    await r.tableCreate('notes').run(connection);
    await r.table('notes').insert({ id: 1 }).run(connection);
    expect((await run('reset', ['--yes'], env)).code).toBe(0);
    expect(await r.table('notes').count().run(connection)).toBe(1);
    await r.tableDrop('notes').run(connection);
  });

  test('npm run reset deletes nothing without a terminal or --yes, and says so', async () => {
    const before = await countsOf();
    const { code, out, error } = await run('reset', [], env);
    expect(code).toBe(2);
    expect(out).toContain('messages: 1,200 rows');
    expect(error).toMatch(/--yes/);
    expect((await run('reset', ['--all'], env)).error).toMatch(/^Usage/);
    expect(await countsOf()).toEqual(before);
  });

  test('npm run reset asks for the name of the database in a terminal', skipWithout('script'), async () => {
    const before = await countsOf();
    const refused = await runInTerminal('yes', env);
    expect([refused.code, refused.out.includes('Nothing was deleted')]).toEqual([1, true]);
    expect(await countsOf()).toEqual(before);
    const confirmed = await runInTerminal(database.address.db, env);
    expect([confirmed.code, confirmed.out.includes('1,200 rows deleted')]).toEqual([0, true]);
    expect(await countsOf()).toEqual(EMPTY);
  });

  test('npm run seed -- --reset deletes everything and creates the playground users', async () => {
    expect((await run('seed', ['--reset'], env)).code).toBe(2);
    const { code, out } = await run('seed', ['--reset', '--yes'], env);
    expect([code, out.split('\n').at(-1)]).toEqual([0, '10 new, 0 restored, 0 unchanged']);
    expect(await countsOf()).toEqual(EMPTY.with(-1, 10));
    expect((await run('seed', ['--yes'], env)).error).toMatch(/^Usage/);
  });
});

describe('the embedded database of a stopped server', () => {
  test('reset and seed work before the first start, then the server has the playground users', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-reset-'));
    const EMBEDDED_PORT = String(await freePort());
    const env = { DATA_DIR: directory, EMBEDDED_PORT };
    try {
      expect(await run('reset', ['--yes'], env)).toMatchObject({ code: 0, error: '' });
      expect((await run('seed', [], env)).out).toContain('10 new');
      const server = await startServer({ ...env, PORT: '0' });
      const page = () => fetch(`${server.url}/ui/Maths?id_user=1`);
      expect(await (await page()).text()).toContain('John');
      const reset = await run('reset', ['--yes'], env);
      expect(reset.out).toContain(`at 127.0.0.1:${EMBEDDED_PORT}`);
      await until('a page without its user', async () => (await page()).status === 404);
      await server.end('SIGTERM');
      expect((await run('seed', ['--reset', '--yes'], env)).out).toContain('10 new');
    } finally {
      await endAllServers();
      await rm(directory, { recursive: true, force: true });
    }
  }, 90_000);
});
