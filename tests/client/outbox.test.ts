import { describe, expect, test } from 'vitest';
import { ID_TAKEN, Outbox, type Store } from '../../static/client/outbox.js';

function memory(): Store {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

const bodies = (outbox: Outbox, room = 'lobby') => outbox.of(room).map(({ body }) => body);

describe('the outbox', () => {
  test('keeps what is unsent over a reload, in order and with its ids', () => {
    const store = memory();
    const outbox = new Outbox(store);
    for (const body of ['one', 'two', 'three']) outbox.add('lobby', body);
    expect(new Outbox(store).of('lobby')).toEqual(outbox.of('lobby'));
    expect(bodies(outbox)).toEqual(['one', 'two', 'three']);
  });

  test('ids grow, also within a millisecond', () => {
    const outbox = new Outbox(memory());
    for (let i = 0; i < 50; i++) outbox.add('lobby', `${i}`);
    const ids = outbox.of('lobby').map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(50);
  });

  test('what was under way when the connection was lost is sent again, what was stored is not', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'under way');
    outbox.add('lobby', 'stored');
    const [first, second] = outbox.of('lobby');
    outbox.mark(first!.id, 'sent');
    outbox.mark(second!.id, 'stored');
    outbox.disconnected();
    expect(outbox.of('lobby').map(({ progress }) => progress)).toEqual(['waiting', 'stored']);
  });

  test('another try keeps the id, unless it is taken', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'hi');
    const { id } = outbox.of('lobby')[0]!;
    outbox.mark(id, 'failed', 'The database cannot be reached');
    outbox.retry(id);
    expect(outbox.of('lobby')[0]).toMatchObject({ id, progress: 'waiting' });
    outbox.mark(id, 'failed', ID_TAKEN);
    outbox.retry(id);
    expect(outbox.of('lobby')[0]).toMatchObject({ body: 'hi', progress: 'waiting' });
    expect(outbox.of('lobby')[0]!.id).not.toBe(id);
  });

  test('rooms do not mix', () => {
    const outbox = new Outbox(memory());
    outbox.add('lobby', 'here');
    outbox.add('elsewhere', 'there');
    expect(bodies(outbox)).toEqual(['here']);
    expect([...outbox.rooms]).toEqual(['lobby', 'elsewhere']);
  });

  test('a store that is broken, full or forbidden does not keep anybody from writing', () => {
    const full: Store = {
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
