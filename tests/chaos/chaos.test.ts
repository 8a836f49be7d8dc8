import { describe, expect, test } from 'vitest';
import { Ledger } from '../../scripts/chaos/ledger.js';
import type { Reader } from '../../scripts/chaos/readers.js';
import { runChaos } from '../../scripts/chaos/run.js';
import { viewDifferences, writeDifferences } from '../../scripts/chaos/verdict.js';
import type { Message } from '../../server/protocol/message.js';
import { View } from '../support/view.js';

const message = (id: string, body: string, room = 'one'): Message =>
  ({ id, room, body, kind: 'message', sent: Number(id), author: { id_user: 'ann', name: 'Ann' } }) as Message;

describe('the verdict of a chaos run', () => {
  const ledger = (...acknowledged: [id: string, body: string | null][]) => {
    const made = new Ledger();
    for (const [id, body] of acknowledged) made.acknowledge('writer', id, { room: 'one', body });
    return made;
  };

  test('writeDifferences reports lost, changed, restored and duplicated writes', () => {
    expect(writeDifferences(ledger(['1', 'a'], ['2', null]), [message('1', 'a')])).toEqual([]);
    expect(writeDifferences(ledger(['1', 'a']), [])).toEqual([
      '1 was acknowledged but is not in the table: a',
    ]);
    expect(writeDifferences(ledger(['1', null]), [message('1', 'a')])).toEqual([
      '1 was deleted but is in the table',
    ]);
    expect(writeDifferences(ledger(['1', 'b']), [message('1', 'a')])).toEqual([
      '1 was acknowledged as b in one but is a in one',
    ]);
    expect(writeDifferences(ledger(['1', 'a']), [message('1', 'a'), message('2', 'a')])).toEqual([
      '2 rows have the body a',
    ]);
  });

  test('viewDifferences reports views with missing, surplus or reordered messages', () => {
    const reader = (...messages: Message[]): Reader => {
      const view = new View();
      view.show({ messages, hasOlder: false });
      return { name: 'socket', room: 'one', view: () => view, close: () => {} };
    };
    const [a, b] = [message('1', 'a'), message('2', 'b')];
    expect(viewDifferences([reader(a, b)], [a, b, message('3', 'elsewhere', 'two')])).toEqual([]);
    expect(viewDifferences([reader(a)], [a, b])).toEqual([expect.stringContaining('1 missing (2 b)')]);
    expect(viewDifferences([reader(a, b)], [a])).toEqual([expect.stringContaining('1 surplus (2 b)')]);
    expect(viewDifferences([reader(a)], [message('1', 'edited')])).toHaveLength(1);
  });
});

describe('a short chaos run', () => {
  test('after a short chaos run, views equal the table and no write is lost or duplicated', {
    timeout: 180_000,
  }, async () => {
    const lines: string[] = [];
    const { differences, faults, ledger } = await runChaos({
      seed: 7,
      seconds: 12,
      rethinkdb: null,
      redis: process.env.REDIS_SERVER_PATH || null,
      // Bots are tested in tests/bots/chaos.test.ts.
      rabbitmq: null,
      print: (line) => lines.push(line),
    });
    expect(differences, lines.join('\n')).toEqual([]);
    expect(new Set(faults.map(({ lane }) => lane)).size).toBeGreaterThanOrEqual(3);
    expect([...ledger.writers.keys()].sort()).toEqual(['REST 0', 'REST 1', 'driver', 'socket 0', 'socket 1']);
    for (const { acknowledged } of ledger.writers.values()) expect(acknowledged).toBeGreaterThanOrEqual(5);
  });
});
