import r from 'rethinkdb';
import { expect, test } from 'vitest';
import { RAW } from '../../server/database/connection/reql.js';
import type { MessageRow } from '../../server/database/schema/rows.js';
import { toMessage } from '../../server/database/tables/message-row.js';
import type { ChatError } from '../../server/protocol/errors.js';
import { openDatabase } from '../support/database.js';
import { ann, bob, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

const ROOMS = ['one', 'two', 'three'];
const STEPS = 400;

/** Numbers that look random and are the same for the same seed, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([
  [1, 'own feeds'],
  [2, 'own feeds'],
  [3, 'a shared feed'],
  [4, 'a shared feed'],
])(
  'every view equals the table after any mix of writes, joins and losses (seed %i, %s)',
  async (seed, kind) => {
    const pick = random(seed);
    const database = await openDatabase();
    const stacks: Stack[] = await Promise.all([startStack(database), startStack(database)]);
    const connection = await database.connect();
    const table = r.table('messages');
    // The first 32 rooms of a process have feeds of their own.
    const others = Array.from({ length: kind === 'a shared feed' ? 32 : 0 }, (_, i) => `other ${i}`);
    for (const { rooms } of stacks) await Promise.all(others.map((room) => rooms.join(room, new View())));
    const views: { room: string; view: View; leave(): void }[] = [];
    const ids: string[] = [];
    const under: Promise<unknown>[] = [];
    let sequence = 0;

    const enter = async () => {
      const room = ROOMS[pick(ROOMS.length)]!;
      const view = new View();
      const membership = await stacks[pick(2)]!.rooms.join(room, view);
      view.show(membership.snapshot);
      views.push({ room, view, leave: membership.leave });
    };
    const steps: [weight: number, step: () => unknown][] = [
      [
        40,
        () => {
          // a user writes; a message whose answer was lost is sent again with the same id
          const id = `m${seed}-${sequence++}`;
          ids.push(id);
          const message = { id, room: ROOMS[pick(3)]!, body: `said ${id}`, author: pick(2) ? ann : bob };
          const node = stacks[pick(2)]!;
          const insist = (): Promise<unknown> =>
            node.messages.insert(message).catch(async (error: ChatError) => {
              // The row was stored, the answer was lost, and another writer has moved the row since.
              if (error.code === 'id-taken') return;
              if (error.code !== 'database-unavailable') throw error;
              await node.database.ready(10_000);
              return insist();
            });
          return insist();
        },
      ],
      [
        15,
        () => {
          // a driver writes, sometimes into the past
          const id = `c${seed}-${sequence++}`;
          ids.push(id);
          const sent = new Date(Date.now() - pick(50));
          return table.insert({ id, room: ROOMS[pick(3)], body: `typed ${id}`, sent }).run(connection);
        },
      ],
      [
        10,
        () =>
          ids.length > 0 &&
          table
            .get(ids[pick(ids.length)]!)
            .update({ body: `edited ${sequence++}` })
            .run(connection),
      ],
      [
        3,
        () =>
          ids.length > 0 &&
          table
            .get(ids[pick(ids.length)]!)
            .update({ room: ROOMS[pick(3)] })
            .run(connection),
      ],
      [10, () => ids.length > 0 && table.get(ids[pick(ids.length)]!).delete().run(connection)],
      [8, enter],
      [4, () => views.splice(pick(views.length), 1)[0]?.leave()],
      [2, () => stacks[pick(2)]!.database.drop()],
    ];
    const lottery = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step));

    for (let i = 0; i < STEPS; i += 1) {
      const step = lottery[pick(lottery.length)]!;
      under.push(Promise.resolve(step()));
      if (i % 20 === 0) await Promise.all(under.splice(0)).catch(() => {});
      else if (pick(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(under);
    await enter();

    const differences = async () => {
      const found: string[] = [];
      for (const { room, view } of views) {
        const rows = (await (
          await table.filter({ room }).run(connection, RAW as r.OperationOptions)
        ).toArray()) as MessageRow[];
        const all = rows.map((row) => toMessage(row)!);
        const expected = view.expected(all).map(({ id, body }) => `${id}: ${body}`);
        const shown = view.messages.map(({ id, body }) => `${id}: ${body}`);
        if (JSON.stringify(shown) !== JSON.stringify(expected))
          found.push(`${room}: shown ${shown.length}, in the table ${expected.length}`);
      }
      return found;
    };
    await until('every view equals the table', async () => (await differences()).length === 0).catch(
      () => {},
    );
    expect(await differences()).toEqual([]);
    expect(views.length).toBeGreaterThan(5);
    expect(ids.length).toBeGreaterThan(100);

    for (const { leave } of views) leave();
    for (const stack of stacks) await stack.stop();
    await database.stop();
  },
  60_000,
);
