import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatError } from '../../server/protocol/errors.js';
import { MAX_REPLAY_BYTES } from '../../server/rooms/replay-buffer.js';
import { Room } from '../../server/rooms/room.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

let database: TestDatabase;
let stack: Stack;
let rooms = 0;
beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
});
afterAll(async () => {
  await stack?.stop();
  await database?.stop();
});

async function open() {
  rooms += 1;
  const name = `recheck ${rooms}`;
  const room = new Room(name, stack.messages, { namesFor: async () => ({}) }, createLog({ log: 'silent' }));
  await room.ready(10_000);
  const [member, leaver] = [new View('member'), new View('leaver')];
  for (const view of [member, leaver]) {
    view.show(room.snapshot);
    room.subscribe(view);
  }
  const say = (body: string) => stack.messages.insert({ room: name, body, author: ann });
  return { room, member, leaver, say };
}

/** Answers a check when the test says so. */
function pendingCheck() {
  const answers: { id_user: string; allow: () => void; refuse: () => void }[] = [];
  const check = (id_user: string) =>
    new Promise<void>((resolve, reject) => {
      const refuse = () => reject(new ChatError('not-a-member', 'gone'));
      answers.push({ id_user, allow: resolve, refuse });
    });
  return { answers, check };
}

describe('while a room checks the rights of its subscribers', () => {
  test('nothing is delivered during a check of rights; then members get every message once, and expelled subscribers none', async () => {
    const { room, member, leaver, say } = await open();
    await say('before');
    await until('it is shown', () => leaver.bodies.length === 1 && member.bodies.length === 1);
    const { answers, check } = pendingCheck();
    room.recheck(check);
    const witness = new View('witness');
    room.subscribe(witness);
    for (const body of ['one', 'two']) await say(body);
    await until('the room has both', () => witness.bodies.length === 2);
    expect([member.bodies, leaver.bodies]).toEqual([['before'], ['before']]);
    answers.find(({ id_user }) => id_user === 'member')!.allow();
    answers.find(({ id_user }) => id_user === 'leaver')!.refuse();
    await until('the member has all', () => member.bodies.length === 3);
    await until('the other one is expelled', () => leaver.isExpelled);
    await say('after');
    await until('the member has the last', () => member.bodies.includes('after'));
    expect(member.frames).toHaveLength(4);
    expect(leaver.bodies).toEqual(['before']);
    expect(room.size).toBe(2);
    room.close();
  });

  test('only the result of the last check of rights is used', async () => {
    const { room, leaver, say } = await open();
    const { answers, check } = pendingCheck();
    room.recheck(check, 'leaver');
    room.recheck(check, 'leaver');
    answers[0]!.allow();
    await say('held back');
    answers[1]!.refuse();
    await until('the leaver is expelled', () => leaver.isExpelled);
    expect(leaver.bodies).toEqual([]);
    room.close();
  });

  test('subscribers that are not being checked get every message at once', async () => {
    const { room, member, leaver, say } = await open();
    room.recheck(pendingCheck().check, 'leaver');
    await say('news');
    await until('the member has it', () => member.bodies.length === 1);
    expect(leaver.bodies).toEqual([]);
    room.close();
  });
});

test('a room limits the frames that it keeps for replay by their bytes', async () => {
  const { room, member, say } = await open();
  const body = '字'.repeat(4000);
  const count = Math.ceil(MAX_REPLAY_BYTES / 12_000) + 20;
  for (let i = 0; i < count; i += 1) await say(body);
  await until('all are delivered', () => member.frames.length === count);
  expect(room.replay(room.epoch, -1)).toBeNull();
  const { json } = room.replay(room.epoch, room.last - 50)!;
  expect(json).toHaveLength(50);
  let kept = 0;
  for (let after = room.last; after >= 0; after -= 1) {
    const replay = room.replay(room.epoch, after);
    if (!replay) break;
    kept = replay.json.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }
  expect(kept).toBeLessThanOrEqual(MAX_REPLAY_BYTES);
  expect(kept).toBeGreaterThan(MAX_REPLAY_BYTES - 20_000);
  room.close();
});
