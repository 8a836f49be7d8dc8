import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../server/runtime/project-root.js';
import { childEnvironment } from '../support/child-environment.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

let database: TestDatabase;
let stack: Stack;
beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
});
afterAll(async () => {
  await stack.stop();
  await database.stop();
});

interface Outcome {
  code: number;
  out: string;
  error: string;
}

/** Runs the built script, as npm run message does. */
function run(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { host, port } = database;
  const { db } = database.address;
  const RETHINKDB_URL = `rethinkdb://${host}:${port}/${db}`;
  return new Promise((resolve) => {
    const script = path.join(ROOT, 'dist/scripts/message.js');
    const options = { env: childEnvironment({ USER: 'ada', RETHINKDB_URL, ...env }) };
    execFile(process.execPath, [script, ...args], options, (failure, out, error) => {
      resolve({ code: failure ? Number(failure.code) : 0, out: out.trim(), error: error.trim() });
    });
  });
}

describe('npm run message', () => {
  test('npm run message inserts, edits and deletes messages, and the room shows each change', async () => {
    const view = new View();
    const membership = await stack.rooms.join('lobby', view);
    view.show(membership.snapshot);

    const inserted = await run(['insert', 'lobby', 'hi from outside']);
    expect(inserted).toMatchObject({ code: 0, error: '' });
    await until('the message is shown', () => view.bodies.includes('hi from outside'));
    expect(view.messages[0]).toMatchObject({ id: inserted.out, author: { id_user: null, name: 'ada' } });

    expect(await run(['edit', inserted.out, 'edited from outside'])).toMatchObject({ code: 0 });
    await until('the edit is shown', () => view.bodies.includes('edited from outside'));

    expect(await run(['delete', inserted.out])).toMatchObject({ code: 0 });
    await until('nothing is shown', () => view.bodies.length === 0);
    membership.leave();
  });

  test.each([[['insert', 'lobby', ' ']], [['insert', 'lobby', 'x'.repeat(4001)]], [['insert', '', 'hi']]])(
    'npm run message prints why the database refused a message',
    async (args) => {
      const { code, error, out } = await run(args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(error).toMatch(
        /^The database refused the message: (room|body) is (empty|longer than 4000 characters)/,
      );
      expect(error.split('\n')).toHaveLength(1);
    },
  );

  test('npm run message ends with 1 when the message does not exist', async () => {
    expect(await run(['delete', 'missing'])).toMatchObject({
      code: 1,
      error: 'There is no message with the id missing',
    });
    expect(await run(['edit', 'missing', 'x'])).toMatchObject({
      code: 1,
      error: 'There is no message with the id missing',
    });
  });

  test.each([
    [[]],
    [['insert', 'lobby']],
    [['delete', 'a', 'b']],
    [['shout', 'lobby', 'hi']],
    [['toString']],
  ])('npm run message prints its usage for wrong arguments: %j', async (args) => {
    expect(await run(args)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^Usage: npm run message/),
    });
  });

  test('npm run message prints the address when no database answers, and how to start one', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const { code, error } = await run(['insert', 'lobby', 'hi'], {
      RETHINKDB_URL: '',
      EMBEDDED_PORT: `${port}`,
    });
    expect(code).toBe(1);
    expect(error).toMatch(new RegExp(`^No database answers at 127.0.0.1:${port}. Start the server`));
  });

  test('npm run message ends with 1 when the password is wrong', async () => {
    const { host, port } = database;
    const { db } = database.address;
    const { code, error } = await run(['insert', 'lobby', 'hi'], {
      RETHINKDB_URL: `rethinkdb://admin:wrong@${host}:${port}/${db}`,
    });
    expect(code).toBe(1);
    expect(error).toMatch(/does not accept this user and password$/);
  });

  test('npm run message suggests to start the server when the table is missing', async () => {
    const { host, port } = database;
    const { code, error } = await run(['insert', 'lobby', 'hi'], {
      RETHINKDB_URL: `rethinkdb://${host}:${port}/nothing_here`,
    });
    expect(code).toBe(1);
    expect(error).toMatch(/does not exist.*Start the server once/);
  });

  test('npm run message connects to the next host when the first does not answer', async () => {
    const { host, port } = database;
    const RETHINKDB_URL = `rethinkdb://127.0.0.1:1,${host}:${port}/${database.address.db}`;
    const { code } = await run(['insert', 'lobby', 'by the second host'], { RETHINKDB_URL });
    expect(code).toBe(0);
  });

  test('npm run message ends with 2 when RETHINKDB_URL is not a database URL', async () => {
    const { code, error } = await run(['insert', 'lobby', 'hi'], { RETHINKDB_URL: 'localhost' });
    expect({ code, error }).toMatchObject({
      code: 2,
      error: expect.stringContaining('RETHINKDB_URL must be a URL that begins with rethinkdb://'),
    });
  });
});
