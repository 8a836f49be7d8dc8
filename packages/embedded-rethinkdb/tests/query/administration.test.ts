import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { expectFailure, fails, useDatabase } from './examples.js';

const { run, name, isServer } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things', { durability: 'soft' }));
});
const things = r.table('things');

describe('configuration', () => {
  test('the configuration of a table and of a database can be read', async () => {
    expect(await run(things.config())).toMatchObject({
      name: 'things',
      db: name(),
      primary_key: 'id',
      durability: 'soft',
      indexes: [],
    });
    expect(await run(r.db(name()).config())).toMatchObject({ name: name() });
  });

  test('the configuration renames a table and changes its durability', async () => {
    await run(r.tableCreate('before'));
    await run(r.table('before').insert({ id: 1 }));
    const change = { name: 'after', durability: 'soft' };
    expect(await run(r.table('before').config().update(change))).toMatchObject({ replaced: 1, errors: 0 });
    expect(await run(r.table('after').config().pluck('name', 'durability'))).toEqual(change);
    expect(await run(r.table('after').count())).toBe(1);
  });

  test('the configuration of a table is a row of table_config', async () => {
    const row = r.db('rethinkdb').table('table_config').filter({ db: name(), name: 'things' }).nth(0);
    expect(await run(row.eq(things.config()))).toBe(true);
  });
});

describe('status', () => {
  test('the status of a table reports that it is ready', async () => {
    expect(await run(things.status())).toMatchObject({
      name: 'things',
      status: { all_replicas_ready: true },
    });
    expect(await run(things.wait())).toEqual({ ready: 1 });
  });

  test('the status of the server and its issues can be read', async () => {
    expect(await run(r.db('rethinkdb').table('current_issues').typeOf())).toBe('TABLE');
    expect(await run(r.db('rethinkdb').table('server_status').count())).toBe(1);
  });

  test('wait accepts the states of RethinkDB', async () => {
    await expectFailure(
      run(things.wait({ waitFor: 'x' })),
      fails('ReqlQueryLogicError', "Unknown table readiness state: 'x'"),
    );
  });
});

describe('features of clusters', () => {
  test('a feature of clusters is refused with an error that names it', async (context) => {
    if (isServer()) context.skip('a RethinkDB server has them');
    await expectFailure(
      run(r.grant('a', { read: true })),
      fails('ReqlQueryLogicError', '`grant` needs a RethinkDB server'),
    );
    await expectFailure(run(r.js('1')), fails('ReqlQueryLogicError', '`r.js` needs a RethinkDB server'));
    await expectFailure(
      run(r.http('http://localhost')),
      fails('ReqlQueryLogicError', '`r.http` needs a RethinkDB server'),
    );
  });
});
