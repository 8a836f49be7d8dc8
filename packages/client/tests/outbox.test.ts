import { describe, expect, test } from 'vitest';
import { Outbox, type OutboxStorage } from '../src/outbox.js';

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
