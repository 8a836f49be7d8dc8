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
    'are looked up by name': [r.table('nowhere'), fails('ReqlOpFailedError', '.nowhere` does not exist.')],
    'are in databases that exist': [
      r.db('nowhere').table('x'),
      fails('ReqlOpFailedError', 'Database `nowhere` does not exist.'),
    ],
    'have names of letters, digits and underscores': [
      r.table('a b'),
      fails('ReqlQueryLogicError', 'Table name `a b` invalid (Use A-Z, a-z, 0-9, _ and - only).'),
    ],
    'know read modes': [
      r.table('messages', { readMode: 'x' }),
      fails('ReqlQueryLogicError', 'Read mode `x` unrecognized'),
    ],
  });

  test('can be named with their database', async () => {
    expect(await run(r.db(name()).table('messages').count())).toBe(4);
  });
});

describe('get and getAll', () => {
  examples(run, {
    'get a row': [messages.get(1)('room'), 'a'],
    'get null for a row that is not there': [messages.get(9), null],
    'take the rows of a row that is not there for missing': [
      messages.get(9).count(),
      fails('ReqlNonExistenceError', 'Expected type SEQUENCE but found SINGLE_SELECTION:\nnull'),
    ],
    'give a default for the rows of a row that is not there': [messages.get(9).count().default(0), 0],
    'are no arrays': [
      messages.get(1).nth(0),
      fails('ReqlQueryLogicError', 'Expected type ARRAY but found OBJECT.'),
    ],
    'refuse null as a key': [
      messages.get(null),
      fails(
        'ReqlNonExistenceError',
        'Primary keys must be either a number, string, bool, pseudotype or array (got type NULL)',
      ),
    ],
    'refuse keys that are too long': [
      messages.get('x'.repeat(200)),
      fails('ReqlQueryLogicError', 'Primary key too long'),
    ],
    'get rows by several keys': [ids(messages.getAll(3, 1, 9).orderBy('id')), [1, 3]],
    'get a row as often as its key is given': [ids(messages.getAll(1, 1)), [1, 1]],
    'get rows by an index': [ids(messages.getAll(['a', 2], { index: 'room_sent' })), [2]],
    'get rows by an element of an array': [
      ids(messages.getAll('x', { index: 'tags' }).orderBy('id')),
      [1, 2],
    ],
    'refuse null in getAll': [messages.getAll(null), fails('ReqlNonExistenceError', 'Keys cannot be NULL.')],
  });
});

describe('between', () => {
  examples(run, {
    'includes its start and excludes its end': [ids(messages.between(1, 3).orderBy('id')), [1, 2]],
    'can close and open its ends': [
      ids(messages.between(1, 3, { leftBound: 'open', rightBound: 'closed' }).orderBy('id')),
      [2, 3],
    ],
    'goes through one room of a compound index': [
      ids(
        messages
          .between(['a', r.minval], ['a', r.maxval], { index: 'room_sent' })
          .orderBy({ index: r.desc('room_sent') }),
      ),
      [2, 1],
    ],
    'is empty the wrong way round': [messages.between(3, 1).count(), 0],
    'is called once': [
      messages.between(1, 2).between(1, 2),
      fails('ReqlQueryLogicError', 'Cannot perform multiple BETWEENs on the same table.'),
    ],
    'refuses null': [messages.between(null, 2), fails('ReqlQueryLogicError', 'Cannot use `null` in BETWEEN')],
    'cannot use another index than the order': [
      messages.orderBy({ index: 'id' }).between(1, 2, { index: 'tags' }),
      fails('ReqlQueryLogicError', 'Cannot call BETWEEN on index `tags` after ordering on index `id`.'),
    ],
  });
});

describe('filter', () => {
  examples(run, {
    'takes a pattern': [ids(messages.filter({ room: 'a', sent: 2 })), [2]],
    'takes a pattern for objects, and skips null': [
      r.expr([null, { a: 1 }, { a: 2 }]).filter({ a: 1 }),
      [{ a: 1 }],
    ],
    'takes no pattern for anything else': [
      r.expr([{ a: 1 }, 'b']).filter({ a: 1 }),
      fails('ReqlQueryLogicError', 'Expected type OBJECT but found STRING.'),
    ],
    'takes a function': [ids(messages.filter((x: typeof r) => x('id').gt(3))), [4]],
    'skips rows that lack a field': [ids(messages.filter(r.row('tags').contains('y'))), [1]],
    'takes rows that lack a field if told to': [
      messages.filter(r.row('tags').contains('y'), { default: true }).count(),
      3,
    ],
    'fails on rows that lack a field if told to': [
      messages.filter(r.row('tags').contains('y'), { default: r.error() }),
      fails('ReqlNonExistenceError', 'No attribute `tags` in object'),
    ],
    'compares nested patterns': [
      r.expr([{ a: { b: 1, c: 2 } }, { a: { b: 2 } }]).filter({ a: { b: 1 } }),
      [{ a: { b: 1, c: 2 } }],
    ],
    'compares whole values with literal': [
      r.expr([{ a: { b: 1, c: 2 } }, { a: { b: 1 } }]).filter({ a: r.literal({ b: 1 }) }),
      [{ a: { b: 1 } }],
    ],
  });
});
