import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { ROOT } from '../../server/runtime/project-root.js';
import { childEnvironment } from '../support/child-environment.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/stack.js';

const NAMES = 'John Mary Mike Frank Stephanie Richard Sonia Charlie Rowan Victoria'.split(' ');

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

function seed(db = database.address.db): Promise<{ code: number; out: string; error: string }> {
  const { host, port } = database;
  const env = childEnvironment({ RETHINKDB_URL: `rethinkdb://${host}:${port}/${db}` });
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, 'dist/scripts/seed.js')], { env }, (failure, out, error) => {
      resolve({ code: failure ? Number(failure.code) : 0, out: out.trim(), error: error.trim() });
    });
  });
}

describe('npm run seed', () => {
  test('npm run seed creates ten playground users, and restores them when it is run again', async () => {
    const users = NAMES.map((name, i) => ({ id: `${i + 1}`, name, playground: true }));
    const connection = await database.connect();
    // Without the fields of the claim that the server adds to a named row in the background.
    const named = r
      .table<{ id: string; name: string; playground: boolean }>('users')
      .pluck('id', 'name', 'playground');
    const rows = async () =>
      (await named.coerceTo('array').run(connection)).sort((a, b) => Number(a.id) - Number(b.id));
    expect(await seed()).toMatchObject({ code: 0, error: '', out: expect.stringMatching(/10 new/) });
    expect(await rows()).toEqual(users);
    expect(await seed()).toMatchObject({ code: 0, out: expect.stringMatching(/ 10 unchanged/) });
    await r.table('users').get('1').update({ name: 'Johnny' }).run(connection);
    expect(await seed()).toMatchObject({ code: 0, out: expect.stringMatching(/ 1 restored/) });
    expect(await rows()).toEqual(users);
  });

  test('npm run seed suggests to start the server when the table is missing', async () => {
    const { code, out, error } = await seed('nothing_here');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(/does not exist.*Start the server once/);
  });
});
