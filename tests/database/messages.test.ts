import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newMessageId } from '../../server/protocol/message.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';

let database: TestDatabase;
let stack: Stack;
beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
});
afterAll(async () => {
  await stack?.stop();
  await database?.stop();
});

test('a message that is inserted twice concurrently is created once', async () => {
  const id = newMessageId();
  const insert = (body: string) => stack.messages.insert({ id, room: 'twice', body, author: ann });
  const both = await Promise.all([insert('first'), insert('second')]);
  expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
  expect(both[1]!.message).toEqual(both[0]!.message);
  expect((await insert('third')).created).toBe(false);
});

test('concurrent messages of a bot keep their order although their ids are random', async () => {
  const said = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  await Promise.all(
    said.map((body) =>
      stack.messages.insert({
        id: randomUUID(),
        room: 'bot',
        body,
        author: { id_user: null, name: 'Bot' },
        kind: 'bot',
      }),
    ),
  );
  const { messages } = await stack.messages.latest('bot', 100);
  expect(messages.map(({ body }) => body)).toEqual(said);
});
