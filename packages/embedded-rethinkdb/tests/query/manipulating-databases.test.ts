import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { expectFailure, fails, useDatabase } from './examples.js';

const { run, name } = useDatabase();

describe('databases', () => {
  test('databases are created, listed and dropped with their tables', async () => {
    const other = `${name()}_other`;
    expect(await run(r.dbCreate(other))).toMatchObject({
      dbs_created: 1,
      config_changes: [{ old_val: null, new_val: { name: other } }],
    });
    await run(r.db(other).tableCreate('t'));
    expect(await run(r.dbList().contains(other))).toBe(true);
    await expectFailure(
      run(r.dbCreate(other)),
      fails('ReqlOpFailedError', `Database \`${other}\` already exists.`),
    );
    expect(await run(r.dbDrop(other))).toMatchObject({ dbs_dropped: 1, tables_dropped: 1 });
    await expectFailure(
      run(r.dbDrop(other)),
      fails('ReqlOpFailedError', `Database \`${other}\` does not exist.`),
    );
  });

  test('databases have names of letters, digits, underscores and hyphens', async () => {
    await expectFailure(run(r.dbCreate('a b')), fails('ReqlQueryLogicError', 'Database name `a b` invalid'));
  });

  test('databases include the system database', async () => {
    expect(await run(r.dbList().contains('rethinkdb'))).toBe(true);
    expect(await run(r.db('rethinkdb').table('db_config').filter({ name: name() }).count())).toBe(1);
    await expectFailure(run(r.dbCreate('rethinkdb')), fails('ReqlOpFailedError', 'already exists'));
  });
});
