import { describe, expect, test } from 'vitest';
import { MAX_UNSENT_MESSAGES, Outbox, OutboxFullError, type OutboxStorage } from '../src/outbox.js';

function memory(): OutboxStorage {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

const bodies = (outbox: Outbox, room = 'lobby') => outbox.of(room).map(({ body }) => body);

describe('the outbox', () => {
  test('unsent messages survive a restart, in order and with their ids', () => {
    const store = memory();
    const outbox = new Outbox(store);
    for (const body of ['one', 'two', 'three']) outbox.add('lobby', body);
    expect(new Outbox(store).of('lobby')).toEqual(outbox.of('lobby'));
    expect(bodies(outbox)).toEqual(['one', 'two', 'three']);
  });

  test('a message with files keeps them during a restart', () => {
    const store = memory();
    const files = [{ id: 'f', name: 'a.png', type: 'image/png', size: 3 }];
    new Outbox(store).add('lobby', '', undefined, files);
    expect(new Outbox(store).of('lobby')).toMatchObject([{ body: '', files }]);
  });

  test('ids of messages ascend, also within a millisecond', () => {
    const outbox = new Outbox(memory());
    for (let i = 0; i < 50; i++) outbox.add('lobby', `${i}`);
    const ids = outbox.of('lobby').map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(50);
  });

  test('after a lost connection, messages without an answer wait again, and stored ones do not', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'under way');
    outbox.add('lobby', 'stored');
    const [first, second] = outbox.of('lobby');
    outbox.mark(first!.id, 'sent');
    outbox.mark(second!.id, 'stored');
    outbox.disconnected();
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['waiting', 'stored']);
  });

  test('a retry keeps the id of the message, unless the id is taken', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'hi');
    const { id } = outbox.of('lobby')[0]!;
    outbox.mark(id, 'failed', { code: 'internal', message: 'Something went wrong' });
    outbox.retry(id);
    expect(outbox.of('lobby')[0]).toMatchObject({ id, progress: 'waiting' });
    outbox.mark(id, 'failed', { code: 'id-taken', message: 'Another message has this id' });
    outbox.retry(id);
    expect(outbox.of('lobby')[0]).toMatchObject({ body: 'hi', progress: 'waiting' });
    expect(outbox.of('lobby')[0]!.id).not.toBe(id);
  });

  test('messages of different rooms are kept apart', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'here');
    outbox.add('elsewhere', 'there');
    expect(bodies(outbox)).toEqual(['here']);
    expect([...outbox.rooms]).toEqual(['lobby', 'elsewhere']);
  });

  test('adopted messages wait in the order in which they were written, each once', () => {
    const closed = new Outbox(null);
    const outbox = new Outbox(null);
    for (const [box, body] of [
      [closed, 'one'],
      [outbox, 'two'],
      [closed, 'three'],
    ] as const)
      box.add('lobby', body);
    for (const { id } of [...closed.of('lobby'), ...outbox.of('lobby')])
      (closed.get(id) ? closed : outbox).mark(id, 'sent');
    outbox.adopt(closed.of('lobby'));
    outbox.adopt(closed.of('lobby'));
    expect(bodies(outbox)).toEqual(['one', 'two', 'three']);
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['waiting', 'sent', 'waiting']);
  });

  test(`an outbox refuses more than ${MAX_UNSENT_MESSAGES} messages, also adopted ones`, () => {
    const [outbox, other] = [new Outbox(null), new Outbox(null)];
    for (let i = 0; i < MAX_UNSENT_MESSAGES; i += 1)
      for (const box of [outbox, other]) box.add('lobby', `${i}`);
    expect(() => outbox.add('lobby', 'one more')).toThrow(OutboxFullError);
    outbox.adopt(other.of('lobby'));
    expect(outbox.of('lobby')).toHaveLength(MAX_UNSENT_MESSAGES);
    outbox.remove(outbox.of('lobby')[0]?.id ?? '');
    outbox.add('lobby', 'after one was sent');
  });

  test('messages can be written although the storage is corrupt, full or forbidden', () => {
    const full: OutboxStorage = {
      getItem: () => '{"not":"a list"',
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    for (const store of [full, null, { ...memory(), getItem: () => '[null, 3, {"id":"x"}]' }]) {
      const outbox = new Outbox(store);
      outbox.add('lobby', 'hi');
      expect(bodies(outbox)).toEqual(['hi']);
    }
  });
});
