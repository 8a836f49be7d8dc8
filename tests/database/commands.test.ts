import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandOutbox } from '../../server/database/tables/command-outbox.js';
import type { Message } from '../../server/protocol/message.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;

describe('the command outbox', () => {
  let database: TestDatabase;
  let stack: Stack;
  let driver: r.Connection;

  beforeAll(async () => {
    database = await openDatabase();
    stack = await startStack(database);
    driver = await database.connect();
  });
  afterAll(async () => {
    await stack.stop();
    await database.stop();
  });

  /** The outbox of one of several processes. */
  const open = (options: { lifetimeMs?: number; claimMs?: number } = {}) =>
    new CommandOutbox(stack.database, createLog({ log: 'silent' }), {
      lifetimeMs: HOUR,
      claimMs: HOUR,
      ...options,
    });
  const write = async (body: string) =>
    (await stack.messages.insert({ room: 'lobby', body, author: ann })).message.id;
  const bodies = (messages: Message[]) => messages.map(({ body }) => body);

  test('the outbox reports commands of every program, and no other message', async () => {
    const written: Message[] = [];
    let opened = 0;
    const stop = open().follow({
      opened: () => {
        opened += 1;
      },
      lost: () => {},
      written: (message) => written.push(message),
    });
    await until('it follows', () => opened === 1);
    for (const body of [
      'hello',
      '/usr',
      '/usr/bin',
      ' /x',
      '/tab\tx',
      '/line\nx',
      '/roll\u00a0x',
      `/${'x'.repeat(33)}`,
      'a /roll',
      '/ x',
      '/1',
    ])
      await write(body);
    const rows = [
      { room: 'den', body: '/from a console' },
      { room: 'den', body: '/said by a bot', kind: 'bot' },
      { room: 'den', body: '/long ago', sent: new Date(Date.now() - 2 * HOUR) },
    ];
    const { generated_keys } = await r.table('messages').insert(rows).run(driver);
    const plain = await write('plain');
    await stack.messages.edit({ room: 'lobby', id: plain, body: '/edited', by: ann.id_user });
    await r.table('messages').get(generated_keys[0]!).update({ body: '/changed' }).run(driver);
    await write('/last');
    await until('the last', () => bodies(written).includes('/last'));
    expect(bodies(written)).toEqual(['/usr', '/tab\tx', '/line\nx', '/from a console', '/last']);
    stop();
  });

  test('unclaimed commands come oldest first, and each is claimed by one process', async () => {
    const [one, other] = [open(), open()];
    const taken = (await one.unclaimed(100)).map(({ id }) => id);
    await one.claim(taken);
    const ids = [await write('/a'), await write('/b'), await write('/c')];
    expect(bodies(await one.unclaimed(100))).toEqual(['/a', '/b', '/c']);
    expect(bodies(await one.unclaimed(2))).toEqual(['/a', '/b']);
    const claims = await Promise.all([one.claim(ids), other.claim(ids)]);
    expect(claims.flatMap((claim) => [...claim]).sort()).toEqual([...ids].sort());
    expect(await other.unclaimed(100)).toEqual([]);
  });

  test('claims of a dead process expire unless the command was dispatched', async () => {
    const dead = open();
    const [left, done, removed] = [await write('/left'), await write('/done'), await write('/removed')];
    await dead.claim([left, done, removed]);
    await dead.markDispatched([done]);
    await stack.messages.remove({ room: 'lobby', id: removed, by: ann.id_user });
    const later = open();
    expect(await later.expiredClaims(100)).toEqual([]);
    expect(await later.claim([left, done])).toEqual(new Set());

    // For this one, every claim has expired.
    const successor = open({ claimMs: -1_000 });
    const found = (await successor.expiredClaims(100)).map(({ id }) => id);
    expect(found).toContain(left);
    expect(found).not.toContain(done);
    expect(found).not.toContain(removed);
    expect((await successor.unclaimed(100)).map(({ id }) => id)).toContain(left);
    expect(await successor.claim([left, done])).toEqual(new Set([left]));
    expect(await later.claim([left])).toEqual(new Set());
  });

  test('a process can claim a command again that it has released', async () => {
    const one = open();
    const id = await write('/again');
    await one.claim([id]);
    expect(await one.unclaimed(100)).toEqual([]);
    await one.release();
    expect(bodies(await one.unclaimed(100))).toEqual(['/again']);
    expect(bodies(await one.expiredClaims(100))).toEqual(['/again']);
    expect(await one.claim([id])).toEqual(new Set([id]));
  });

  test('claims of commands that are too old to be answered are purged', async () => {
    const table = open();
    const id = await write('/once');
    await table.claim([id]);
    await table.purge();
    const claim = () => r.table('commands').get(id).run(driver);
    expect(await claim()).toMatchObject({ id, passed: false });
    await open({ lifetimeMs: -1_000 }).purge();
    expect(await claim()).toBeNull();
  });
});
