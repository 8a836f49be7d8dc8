import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run, name } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('messages'));
  const messages = r.table('messages');
  await prepare(messages.indexCreate('room_sent', [r.row('room'), r.row('sent')]));
  await prepare(messages.indexCreate('tags', { multi: true }));
  await prepare(messages.indexWait());
  await prepare(
    messages.insert([
      { id: 1, room: 'a', sent: 1, tags: ['x', 'y'] },
      { id: 2, room: 'a', sent: 2, tags: ['x'] },
      { id: 3, room: 'b', sent: 1 },
      { id: 4, room: 'ab', sent: 1 },
    ]),
  );
});
const messages = r.table('messages');
const ids = (query: typeof r) => query.map((x: typeof r) => x('id')).coerceTo('array');

describe('tables', () => {
  examples(run, {
    'tables are looked up by name': [
      r.table('nowhere'),
      fails('ReqlOpFailedError', '.nowhere` does not exist.'),
    ],
    'tables are in databases that exist': [
      r.db('nowhere').table('x'),
      fails('ReqlOpFailedError', 'Database `nowhere` does not exist.'),
    ],
    'tables have names of letters, digits and underscores': [
      r.table('a b'),
      fails('ReqlQueryLogicError', 'Table name `a b` invalid (Use A-Z, a-z, 0-9, _ and - only).'),
    ],
    'tables accept read modes': [
      r.table('messages', { readMode: 'x' }),
      fails('ReqlQueryLogicError', 'Read mode `x` unrecognized'),
    ],
  });

  test('tables can be named with their database', async () => {
    expect(await run(r.db(name()).table('messages').count())).toBe(4);
  });
});

describe('get and getAll', () => {
  examples(run, {
    'get and getAll return a row': [messages.get(1)('room'), 'a'],
    'get and getAll return null for a missing row': [messages.get(9), null],
    'get and getAll treat the rows of a missing row as missing': [
      messages.get(9).count(),
      fails('ReqlNonExistenceError', 'Expected type SEQUENCE but found SINGLE_SELECTION:\nnull'),
    ],
    'get and getAll return a default for the rows of a missing row': [messages.get(9).count().default(0), 0],
    'get and getAll are not arrays': [
      messages.get(1).nth(0),
      fails('ReqlQueryLogicError', 'Expected type ARRAY but found OBJECT.'),
    ],
    'get and getAll refuse null as a key': [
      messages.get(null),
      fails(
        'ReqlNonExistenceError',
        'Primary keys must be either a number, string, bool, pseudotype or array (got type NULL)',
      ),
    ],
    'get and getAll refuse keys that are too long': [
      messages.get('x'.repeat(200)),
      fails('ReqlQueryLogicError', 'Primary key too long'),
    ],
    'get and getAll return rows by several keys': [ids(messages.getAll(3, 1, 9).orderBy('id')), [1, 3]],
    'get and getAll return a row as often as its key is given': [ids(messages.getAll(1, 1)), [1, 1]],
    'get and getAll return rows by an index': [ids(messages.getAll(['a', 2], { index: 'room_sent' })), [2]],
    'get and getAll return rows by an element of an array': [
      ids(messages.getAll('x', { index: 'tags' }).orderBy('id')),
      [1, 2],
    ],
    'get and getAll refuse null in getAll': [
      messages.getAll(null),
      fails('ReqlNonExistenceError', 'Keys cannot be NULL.'),
    ],
  });
});

describe('between', () => {
  examples(run, {
    'between includes its start and excludes its end': [ids(messages.between(1, 3).orderBy('id')), [1, 2]],
    'between can close and open its ends': [
      ids(messages.between(1, 3, { leftBound: 'open', rightBound: 'closed' }).orderBy('id')),
      [2, 3],
    ],
    'between selects one prefix of a compound index': [
      ids(
        messages
          .between(['a', r.minval], ['a', r.maxval], { index: 'room_sent' })
          .orderBy({ index: r.desc('room_sent') }),
      ),
      [2, 1],
    ],
    'between is empty if its bounds are reversed': [messages.between(3, 1).count(), 0],
    'between can be called once only': [
      messages.between(1, 2).between(1, 2),
      fails('ReqlQueryLogicError', 'Cannot perform multiple BETWEENs on the same table.'),
    ],
    'between refuses null': [
      messages.between(null, 2),
      fails('ReqlQueryLogicError', 'Cannot use `null` in BETWEEN'),
    ],
    'between requires the index of the order': [
      messages.orderBy({ index: 'id' }).between(1, 2, { index: 'tags' }),
      fails('ReqlQueryLogicError', 'Cannot call BETWEEN on index `tags` after ordering on index `id`.'),
    ],
  });
});

describe('filter', () => {
  examples(run, {
    'filter accepts a pattern': [ids(messages.filter({ room: 'a', sent: 2 })), [2]],
    'filter accepts a pattern for objects, and skips null': [
      r.expr([null, { a: 1 }, { a: 2 }]).filter({ a: 1 }),
      [{ a: 1 }],
    ],
    'filter refuses a pattern for other values': [
      r.expr([{ a: 1 }, 'b']).filter({ a: 1 }),
      fails('ReqlQueryLogicError', 'Expected type OBJECT but found STRING.'),
    ],
    'filter accepts a function': [ids(messages.filter((x: typeof r) => x('id').gt(3))), [4]],
    'filter skips rows that lack a field': [ids(messages.filter(r.row('tags').contains('y'))), [1]],
    'filter keeps rows that lack a field if default is true': [
      messages.filter(r.row('tags').contains('y'), { default: true }).count(),
      3,
    ],
    'filter fails on rows that lack a field if default is an error': [
      messages.filter(r.row('tags').contains('y'), { default: r.error() }),
      fails('ReqlNonExistenceError', 'No attribute `tags` in object'),
    ],
    'filter compares nested patterns': [
      r.expr([{ a: { b: 1, c: 2 } }, { a: { b: 2 } }]).filter({ a: { b: 1 } }),
      [{ a: { b: 1, c: 2 } }],
    ],
    'filter compares whole values with literal': [
      r.expr([{ a: { b: 1, c: 2 } }, { a: { b: 1 } }]).filter({ a: r.literal({ b: 1 }) }),
      [{ a: { b: 1 } }],
    ],
  });
});
