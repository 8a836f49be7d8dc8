import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('rooms'));
  await prepare(r.tableCreate('messages'));
  await prepare(r.table('messages').indexCreate('room'));
  await prepare(r.table('messages').indexWait());
  await prepare(r.table('rooms').insert([{ id: 'a', topic: 'x' }, { id: 'b' }]));
  await prepare(
    r.table('messages').insert([{ id: 1, room: 'a' }, { id: 2, room: 'a' }, { id: 3, room: 'z' }, { id: 4 }]),
  );
});
const [rooms, messages] = [r.table('rooms'), r.table('messages')];

describe('joins', () => {
  examples(run, {
    'eqJoin pairs by primary key': [
      messages.eqJoin('room', rooms).zip().pluck('id', 'topic').orderBy('topic').count(),
      2,
    ],
    'eqJoin pairs by an index': [
      rooms
        .eqJoin('id', messages, { index: 'room' })
        .map((x: typeof r) => x('right')('id'))
        .orderBy((x: typeof r) => x),
      [1, 2],
    ],
    'eqJoin of an array is an array, of a table a stream': [
      r.expr([
        r
          .expr([{ room: 'a' }])
          .eqJoin('room', rooms)
          .typeOf(),
        messages.orderBy('id').eqJoin('room', rooms).zip().typeOf(),
        messages.eqJoin('room', rooms).typeOf(),
      ]),
      ['ARRAY', 'ARRAY', 'STREAM'],
    ],
    'innerJoin pairs by a predicate': [
      r.expr([1, 2]).innerJoin([2, 3], (a: typeof r, b: typeof r) => a.lt(b)),
      [
        { left: 1, right: 2 },
        { left: 1, right: 3 },
        { left: 2, right: 3 },
      ],
    ],
    'outerJoin keeps rows without a match': [
      r.expr([1, 2]).outerJoin([1], (a: typeof r, b: typeof r) => a.eq(b)),
      [{ left: 1, right: 1 }, { left: 2 }],
    ],
    'joins read tables on both sides': [
      rooms.innerJoin(messages, (a: typeof r, b: typeof r) => a('id').eq(b('room').default(null))).count(),
      2,
    ],
    'zip merges pairs': [r.expr([{ left: { a: 1 }, right: { b: 2 } }]).zip(), [{ a: 1, b: 2 }]],
    'zip requires pairs': [
      r.expr([{}]).zip(),
      fails('ReqlQueryLogicError', 'ZIP can only be called on the result of a join.'),
    ],
    'eqJoin refuses a missing index': [
      messages.eqJoin('room', rooms, { index: 'x' }),
      fails('ReqlOpFailedError', 'Index `x` was not found on table'),
    ],
  });
});
