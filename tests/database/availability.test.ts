import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUnavailable, isUnavailableResult } from '../../server/database/connection/availability.js';
import type { Database } from '../../server/database/connection/database.js';
import { r } from '../../server/database/connection/reql.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

/** As the driver makes it: the type is the name, and the query follows the text in `message` but not in `msg`. */
function driverError(name: string, msg: string): Error {
  return Object.assign(new Error(`${msg} in:\nr.table("messages")`), { name, msg });
}

const TABLE = 'There is no table with the given name / UUID.';
const MODIFY = "The attempt to read or modify the table's configuration failed because";

describe('errors of the database', () => {
  test.each([
    ['ReqlOpFailedError', 'Cannot perform write: primary replica for shard ["", +inf) not available'],
    [
      'ReqlOpFailedError',
      "Cannot perform read: The primary replica isn't connected to a quorum of replicas.",
    ],
    ['ReqlOpIndeterminateError', 'Cannot perform write: lost contact with primary replica'],
    ['ReqlOpFailedError', 'Changefeed aborted (unavailable).'],
    ['ReqlOpFailedError', 'Timed out while waiting for tables.'],
    ['ReqlInternalError', `Unexpected exception: ${MODIFY} none of the servers were accessible.  If it was`],
    [
      'ReqlInternalError',
      `Unexpected exception: ${MODIFY} we lost contact with the servers after initiating`,
    ],
    ['ReqlInternalError', `Unexpected exception: ${TABLE}`],
    ['ReqlRuntimeError', 'Connection is closed.'],
    ['ReqlRuntimeError', 'Server is shutting down.'],
    ['ReqlQueryLogicError', 'Subscription destroyed (shutting down?).'],
    ['ReqlDriverError', 'Connection is closed.'],
    ['ReqlTimeoutError', 'Could not connect to db:28015, operation timed out.'],
  ])('the error %s "%s" means that the database is unavailable', (name, msg) => {
    expect(isUnavailable(driverError(name, msg))).toBe(true);
  });

  test.each([
    ['ReqlInternalError', 'Unexpected exception: vector::_M_range_check'],
    ['ReqlQueryLogicError', 'Expected type STRING but found NUMBER.'],
    ['ReqlNonExistenceError', 'No attribute `sent` in object.'],
    ['ReqlUserError', 'lost in thought'],
    ['ReqlPermissionError', 'User `chat` does not have the required `write` permission'],
    ['ReqlResourceLimitError', 'Array over size limit `100000`.'],
    ['TypeError', 'x is undefined'],
  ])('the error %s "%s" is a fault of the query', (name, msg) => {
    expect(isUnavailable(driverError(name, msg))).toBe(false);
  });

  test('first_error in the result of a write can mean that the database is unavailable', () => {
    const failed = (first_error: string) => ({ errors: 1, inserted: 0, first_error });
    expect(isUnavailableResult(failed('Cannot perform write: lost contact with primary replica'))).toBe(true);
    expect(isUnavailableResult(failed('interrupted (src/rdb_protocol/btree.cc:310)'))).toBe(true);
    expect(isUnavailableResult(failed('Error in write hook: body is empty.'))).toBe(false);
    expect(isUnavailableResult({ errors: 0, inserted: 1 })).toBe(false);
    for (const other of [null, 7, 'text', [1], [{ errors: 1 }]])
      expect(isUnavailableResult(other)).toBe(false);
  });
});

describe('failing queries', () => {
  let database: TestDatabase;
  let link: Database;
  let line: Awaited<ReturnType<typeof startTcpProxy>>;
  beforeAll(async () => {
    database = await openDatabase();
    line = await startTcpProxy(database.port);
    link = chatDatabase(database.at(line.port));
    link.start();
    await link.ready(30_000);
  });
  afterAll(async () => {
    await link.stop();
    await line.stop();
    await database.stop();
  });

  test('a query on a missing table fails with database-unavailable and a time to retry', async () => {
    await expect(link.run(link.table({ name: 'nothing_here', indexes: {} }).count())).rejects.toMatchObject({
      code: 'database-unavailable',
      details: { retryAfterMs: 1000 },
    });
  });

  test('a query whose connection is lost fails with database-unavailable', async () => {
    const held = line.holdAnswersTo('a query under way');
    const lost = link.run(r.expr('a query under way'));
    lost.catch(() => {});
    await held;
    line.cut();
    line.mend();
    await expect(lost).rejects.toMatchObject({ code: 'database-unavailable' });
    await link.ready(10_000);
  });

  test('an invalid query fails with the error of the driver, without the text of the query', async () => {
    const wrong = link.run(r.expr(1).add(r.expr({ text: 'secret of a user' }) as unknown as number));
    await expect(wrong).rejects.toThrow(/Expected type NUMBER/);
    await expect(wrong).rejects.not.toThrow(/secret of a user/);
  });
});
