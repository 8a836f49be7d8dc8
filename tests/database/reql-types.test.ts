import { expect, test } from 'vitest';
import { millisecondsOf, r } from '../../server/database/connection/reql.js';
import type { Table } from '../../server/database/connection/reql-types.js';
import type { MessageRow } from '../../server/database/schema/rows.js';
import { toMessage } from '../../server/database/tables/message-row.js';

const messages: Table<MessageRow, 'room_sent'> = r.table('messages');

test('ReQL with a misspelled field, term, index or option does not compile', () => {
  const mistakes = [
    // @ts-expect-error: the row has no field `bodyy`
    () => messages.filter((row) => row('bodyy').eq('x')),
    // @ts-expect-error: there is no term `fliter`
    () => messages.fliter({ room: 'x' }),
    // @ts-expect-error: the table has no index `sent`
    () => messages.orderBy({ index: 'sent' }),
    // @ts-expect-error: the option is `returnChanges`
    () => messages.get('1').delete({ returnChange: true }),
    // @ts-expect-error: the predicate must yield a boolean
    () => messages.filter((row) => row('body').count()),
    // @ts-expect-error: a row cannot have a field `bodyy`
    () => messages.insert({ id: '1', room: 'x', body: 'y', bodyy: 'z' }),
    // @ts-expect-error: the answer is a number
    (): Promise<string> => messages.count().run({} as never),
  ];
  expect(mistakes).toHaveLength(7);
});

test('a row of messages with a field of another type is no message, or gets the default of the field', () => {
  const row = { id: '1', room: 'x', body: 'y', sent: { epoch_time: 1.5 }, author: { name: 'Ada' } };
  const message = toMessage(row);
  expect(message).toMatchObject({ sent: 1500, kind: 'message', author: { id_user: null, name: 'Ada' } });
  for (const wrong of [{ id: 1 }, { room: null }, { body: {} }, { sent: '2026' }, { author: { name: 7 } }])
    expect(toMessage({ ...row, ...wrong })).toBeNull();
  expect(toMessage({ ...row, kind: 'shout', edited: 'now', author: { id_user: 4, name: 'Ada' } })).toEqual(
    message,
  );
  expect(toMessage(null)).toBeNull();
});

test('only times in the raw form become milliseconds', () => {
  expect(millisecondsOf({ $reql_type$: 'TIME', epoch_time: 1.0016 })).toBe(1002);
  for (const other of [null, undefined, 7, 'x', {}, { epoch_time: '1' }])
    expect(millisecondsOf(other)).toBeNull();
});
