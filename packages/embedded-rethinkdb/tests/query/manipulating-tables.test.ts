import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { expectFailure, fails, useDatabase } from './examples.js';

const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things'));
});
const things = r.table('things');

describe('tables', () => {
  test('tables are created, listed and dropped', async () => {
    expect(await run(r.tableCreate('fresh', { primaryKey: 'key' }))).toMatchObject({
      tables_created: 1,
      config_changes: [{ old_val: null, new_val: { name: 'fresh', primary_key: 'key' } }],
    });
    expect(await run(r.tableList())).toContain('fresh');
    await expectFailure(run(r.tableCreate('fresh')), fails('ReqlOpFailedError', '.fresh` already exists.'));
    expect(await run(r.tableDrop('fresh'))).toMatchObject({ tables_dropped: 1 });
    await expectFailure(run(r.tableDrop('fresh')), fails('ReqlOpFailedError', '.fresh` does not exist.'));
  });
});

describe('indexes', () => {
  test('indexes are on a field, several values, a function or the elements of an array', async () => {
    await run(things.insert([{ id: 1, a: 2, b: [5, 6] }, { id: 2, a: 1, b: [6] }, { id: 3 }]));
    await run(things.indexCreate('a'));
    await run(things.indexCreate('both', [r.row('a'), r.row('id')]));
    await run(things.indexCreate('double', (x: typeof r) => x('a').mul(2)));
    await run(things.indexCreate('b', { multi: true }));
    await run(things.indexWait());
    expect(await run(things.indexList())).toEqual(['a', 'b', 'both', 'double']);
    expect(await run(things.orderBy({ index: 'a' })('id'))).toEqual([2, 1]);
    expect(await run(things.getAll([2, 1], { index: 'both' })('id'))).toEqual([1]);
    expect(await run(things.getAll(4, { index: 'double' })('id'))).toEqual([1]);
    expect(await run(things.getAll(6, { index: 'b' }).orderBy('id')('id'))).toEqual([1, 2]);
  });

  test('indexes follow writes', async () => {
    await run(things.get(3).update({ a: 0 }));
    expect(await run(things.orderBy({ index: 'a' })('id'))).toEqual([3, 2, 1]);
    await run(things.get(3).delete());
    expect(await run(things.orderBy({ index: 'a' })('id'))).toEqual([2, 1]);
  });

  test('indexes have a status from which they can be created again', async () => {
    const [status] = (await run(things.indexStatus('double'))) as Record<string, unknown>[];
    expect(status).toMatchObject({ index: 'double', ready: true, outdated: false, multi: false, geo: false });
    expect(status!.query).toMatch(/^indexCreate\('double', function\(/);
    await run(things.indexCreate('copy', things.indexStatus('double').nth(0)('function')));
    await run(things.indexWait('copy'));
    expect(await run(things.getAll(4, { index: 'copy' })('id'))).toEqual([1]);
  });

  test('indexes are renamed and dropped', async () => {
    expect(await run(things.indexRename('copy', 'renamed'))).toEqual({ renamed: 1 });
    await expectFailure(
      run(things.indexRename('renamed', 'a')),
      fails('ReqlOpFailedError', 'already exists on table'),
    );
    expect(await run(things.indexRename('renamed', 'double', { overwrite: true }))).toEqual({ renamed: 1 });
    expect(await run(things.indexDrop('double'))).toEqual({ dropped: 1 });
    await expectFailure(
      run(things.indexDrop('double')),
      fails('ReqlOpFailedError', 'Index `double` does not exist on table'),
    );
    await expectFailure(
      run(things.indexStatus('double')),
      fails('ReqlOpFailedError', 'Index `double` was not found on table'),
    );
  });

  test('indexes require deterministic functions', async () => {
    await expectFailure(
      run(things.indexCreate('bad', () => r.random())),
      fails(
        'ReqlQueryLogicError',
        'Could not prove function deterministic.  Index functions must be deterministic.',
      ),
    );
    await expectFailure(
      run(things.indexCreate('id')),
      fails('ReqlQueryLogicError', 'Index name conflict: `id` is the name of the primary key.'),
    );
  });

  test('indexes can use values of the query that creates them', async () => {
    await run(
      r.expr([7]).do((list: typeof r) => things.indexCreate('seven', (x: typeof r) => x('a').add(list(0)))),
    );
    await run(things.indexWait('seven'));
    expect(await run(things.getAll(9, { index: 'seven' })('id'))).toEqual([1]);
  });
});

describe('write hooks', () => {
  test('write hooks are set, shown, replaced and removed', async () => {
    const hook = (_context: typeof r, _old: typeof r, news: typeof r) => news;
    expect(await run(things.getWriteHook())).toBe(null);
    expect(await run(things.setWriteHook(hook))).toEqual({ created: 1 });
    expect(await run(things.setWriteHook(hook))).toEqual({ replaced: 1 });
    expect(await run(things.getWriteHook())).toMatchObject({
      query: expect.stringMatching(/^setWriteHook\(function\(/),
    });
    expect(await run(things.setWriteHook(things.getWriteHook()('function')))).toEqual({ replaced: 1 });
    expect(await run(things.setWriteHook(null))).toEqual({ deleted: 1 });
  });

  test('write hooks require three arguments and determinism', async () => {
    await expectFailure(
      run(things.setWriteHook((_: typeof r) => 1)),
      fails('ReqlQueryLogicError', 'Write hook functions must expect 3 arguments.'),
    );
    await expectFailure(
      run(things.setWriteHook((_c: typeof r, _o: typeof r, n: typeof r) => n.merge({ at: r.now() }))),
      fails(
        'ReqlQueryLogicError',
        'Could not prove function deterministic.  Write hook functions must be deterministic.',
      ),
    );
  });
});

describe('changes', () => {
  test('changes after a filter are delivered', async () => {
    const cursor = things.filter(r.row('kind').eq('seen')).pluck('id').changes();
    const feed = (await run(r.expr(cursor.typeOf()))) as string;
    expect(feed).toBe('STREAM');
  });

  test('changes cannot be aggregated or follow an array', async () => {
    await expectFailure(run(things.changes().count()), fails('ReqlQueryLogicError', 'on an infinite stream'));
    await expectFailure(
      run(r.expr([1]).changes()),
      fails('ReqlQueryLogicError', 'Cannot call `changes` on an eager stream.'),
    );
    await expectFailure(
      run(things.limit(2).changes()),
      fails('ReqlQueryLogicError', 'Cannot get changes on the first elements of an unordered stream.'),
    );
  });
});
