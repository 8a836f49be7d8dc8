import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure, fails, useDatabase } from '../query/examples.js';
import { r } from '../support/driver.js';

const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things'));
  await prepare(r.tableCreate('others'));
});
const things = r.table('things');
const none = { deleted: 0, errors: 0, inserted: 0, replaced: 0, skipped: 0, unchanged: 0 };

beforeEach(async () => {
  await run(things.setWriteHook(null));
  await run(things.delete());
  await run(
    things.insert([
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ]),
  );
});

describe('insert', () => {
  test('insert generates keys and returns them', async () => {
    const answer = (await run(things.insert([{ a: 1 }, { id: 3 }]))) as { generated_keys: string[] };
    expect(answer).toMatchObject({ ...none, inserted: 2 });
    expect(answer.generated_keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  test('insert keeps negative zero, which is the same key as zero', async () => {
    const negative = r.json('-0.0');
    await run(things.insert({ id: [1, negative], n: negative, at: r.epochTime(negative) }));
    expect(await run(things.get([1, 0]).without('at'))).toEqual({ id: [1, -0], n: -0 });
    expect(await run(things.get([1, 0])('id').toJsonString())).toBe('[1,-0.0]');
    expect(await run(things.get([1, negative]).update({ n: 0 }))).toEqual({ ...none, unchanged: 1 });
    expect(await run(things.insert({ id: [1, 0] }, { conflict: 'replace' }))).toEqual({
      ...none,
      replaced: 1,
    });
    expect(await run(things.get([1, negative]))).toEqual({ id: [1, 0] });
  });

  test('insert counts invalid documents and writes the others', async () => {
    const answer = await run(things.insert([{ id: 3 }, { id: 1 }, { id: null }]));
    expect(answer).toMatchObject({ ...none, inserted: 1, errors: 2 });
    expect(answer).toMatchObject({ first_error: expect.stringContaining('Primary keys must be either') });
  });

  test('insert refuses a second document with a key', async () => {
    expect(await run(things.insert({ id: 1, n: 9 }))).toEqual({
      ...none,
      errors: 1,
      first_error: 'Duplicate primary key `id`:\n{\n\t"id":\t1,\n\t"n":\t1\n}\n{\n\t"id":\t1,\n\t"n":\t9\n}',
    });
    expect(await run(things.get(1)('n'))).toBe(1);
  });

  test.each([
    ['replace', { id: 1, m: 5 }],
    ['update', { id: 1, n: 1, m: 5 }],
    [
      (id: typeof r, old: typeof r, news: typeof r) => ({ id: old(id), both: [old('n'), news('m')] }),
      { id: 1, both: [1, 5] },
    ],
    [() => null, null],
  ])('insert resolves a conflict by %s', async (conflict, expected) => {
    await run(things.insert({ id: 1, m: 5 }, { conflict }));
    expect(await run(things.get(1))).toEqual(expected);
  });

  test('insert requires a deterministic conflict function', async () => {
    await expectFailure(
      run(things.insert({ id: 1 }, { conflict: () => r.random() })),
      fails('ReqlQueryLogicError', 'The conflict function passed to `insert` must be deterministic.'),
    );
    await expectFailure(
      run(things.insert({ id: 1 }, { conflict: 'x' })),
      fails('ReqlQueryLogicError', 'Conflict option `x` unrecognized'),
    );
  });

  test('insert lists changes on request', async () => {
    const changed = await run(
      things.insert([{ id: 3 }, { id: 1, n: 7 }], { returnChanges: true, conflict: 'replace' }),
    );
    expect(changed).toMatchObject({
      changes: [
        { old_val: null, new_val: { id: 3 } },
        { old_val: { id: 1, n: 1 }, new_val: { id: 1, n: 7 } },
      ],
    });
    const always = await run(things.insert([{ id: 3 }], { returnChanges: 'always' }));
    expect(always).toMatchObject({
      changes: [
        { old_val: { id: 3 }, new_val: { id: 3 }, error: expect.stringContaining('Duplicate primary key') },
      ],
    });
  });

  test('insert copies the rows of another table, and of the table itself', async () => {
    await run(r.table('others').insert(things));
    expect(await run(r.table('others').count())).toBe(2);
    expect(await run(things.insert(things, { conflict: 'replace' }))).toMatchObject({ unchanged: 2 });
  });

  test('insert does not store bounds or arrays that are too large', async () => {
    expect(await run(things.insert({ id: 3, a: r.minval }))).toMatchObject({
      first_error: '`r.minval` and `r.maxval` cannot be written to disk.',
    });
    const big = { id: 3, a: r.range(100_001).coerceTo('array') };
    expect(await run(things.insert(big), { arrayLimit: 200_000 })).toMatchObject({
      first_error: 'Array too large for disk writes (limit 100,000 elements).',
    });
  });

  test('insert keeps fields named like those of Object.prototype', async () => {
    await run(things.insert(r.json('{"id": 3, "__proto__": {"a": 1}, "toString": 2}')));
    expect(await run(things.get(3).toJSON())).toBe('{"__proto__":{"a":1},"id":3,"toString":2}');
  });

  test('insert refuses an unknown durability', async () => {
    await expectFailure(
      run(things.insert({}, { durability: 'x' })),
      fails('ReqlQueryLogicError', 'Durability option `x` unrecognized (options are "hard" and "soft").'),
    );
    expect(await run(things.insert({}, { durability: 'soft' }))).toMatchObject({ inserted: 1 });
  });
});

describe('update, replace and delete', () => {
  test('update, replace and delete change one row, several rows or no row', async () => {
    expect(await run(things.get(1).update({ m: 1 }))).toEqual({ ...none, replaced: 1 });
    expect(await run(things.update((x: typeof r) => ({ n: x('n').add(10) })))).toEqual({
      ...none,
      replaced: 2,
    });
    expect(await run(things.get(9).update({ m: 1 }))).toEqual({ ...none, skipped: 1 });
    expect(await run(things.get(1).update({ m: 1 }))).toEqual({ ...none, unchanged: 1 });
    expect(await run(things.filter({ n: 12 }).delete())).toEqual({ ...none, deleted: 1 });
    expect(await run(things)).toEqual([{ id: 1, n: 11, m: 1 }]);
  });

  test('replace changes whole rows, inserts and deletes', async () => {
    await run(things.get(1).replace({ id: 1, x: 1 }));
    await run(things.get(5).replace({ id: 5 }));
    await run(things.get(2).replace(null));
    expect(await run(things.orderBy('id'))).toEqual([{ id: 1, x: 1 }, { id: 5 }]);
  });

  test('update, replace and delete do not change the primary key', async () => {
    expect(await run(things.get(1).update({ id: 7 }))).toMatchObject({
      errors: 1,
      first_error: expect.stringContaining('Primary key `id` cannot be changed'),
    });
    expect(await run(things.get(1).replace({}))).toMatchObject({
      first_error: 'Inserted object must have primary key `id`:\n{}',
    });
    expect(await run(things.get(1).replace(5))).toMatchObject({
      first_error: 'Inserted value must be an OBJECT (got NUMBER):\n5',
    });
  });

  test('update, replace and delete require nonAtomic for nondeterministic functions', async () => {
    const update = { n: r.random(5) };
    await expectFailure(
      run(things.update(update)),
      fails(
        'ReqlQueryLogicError',
        'Could not prove argument deterministic.  Maybe you want to use the non_atomic flag?',
      ),
    );
    expect(await run(things.update(update, { nonAtomic: true }))).toMatchObject({ errors: 0 });
    expect(await run(things.get(1).update({ at: r.now() }))).toMatchObject({ replaced: 1 });
  });

  // The next four are as a RethinkDB server answers.
  test('update evaluates its argument for every row', async () => {
    await run(things.update({ token: r.uuid() }, { nonAtomic: true }));
    expect(await run(things('token').distinct().count())).toBe(2);
  });

  test('update counts errors of its argument, replace fails', async () => {
    const wrong = { m: r.expr(1).add('a') };
    const message = 'Expected type NUMBER but found STRING.';
    expect(await run(things.update(wrong))).toEqual({ ...none, errors: 2, first_error: message });
    expect(await run(things.get(9).update(wrong))).toEqual({ ...none, skipped: 1 });
    await expectFailure(run(things.replace(wrong)), fails('ReqlQueryLogicError', message));
  });

  test('update of a missing row is an error if it is not atomic', async () => {
    expect(await run(things.get(9).update({ m: things.get(1)('n') }, { nonAtomic: true }))).toEqual({
      ...none,
      errors: 1,
      first_error: 'Expected type OBJECT but found NULL.',
    });
  });

  test('update, replace and delete list no changes for a missing row', async () => {
    expect(await run(things.getAll(8, 9).update({ m: 1 }, { returnChanges: true }))).toEqual(none);
    expect(await run(things.filter(false).delete({ returnChanges: 'always' }))).toEqual(none);
    expect(await run(things.insert([], { returnChanges: true }))).toEqual(none);
    expect(await run(things.get(9).delete({ returnChanges: true }))).toEqual({
      ...none,
      skipped: 1,
      changes: [],
    });
  });

  test('update, replace and delete check their options first', async () => {
    await expectFailure(
      run(things.get(1).update({ m: r.random(5) }, { returnChanges: 'sometimes' })),
      fails('ReqlQueryLogicError', 'Invalid return_changes value `sometimes`'),
    );
  });

  test('update, replace and delete list changes, on request also for unchanged rows', async () => {
    const row = { id: 1, n: 1 };
    expect(await run(things.get(1).update({ n: 1 }, { returnChanges: true }))).toMatchObject({ changes: [] });
    expect(await run(things.get(1).update({ n: 1 }, { returnChanges: 'always' }))).toMatchObject({
      changes: [{ old_val: row, new_val: row }],
    });
    expect(await run(things.get(1).delete({ returnChanges: true }))).toMatchObject({
      changes: [{ old_val: row, new_val: null }],
    });
  });

  test('update, replace and delete continue after a row that fails', async () => {
    const answer = await run(
      things.update((x: typeof r) => r.branch(x('id').eq(1), r.error('no'), { ok: true })),
    );
    expect(answer).toEqual({ ...none, replaced: 1, errors: 1, first_error: 'no' });
  });

  test('literal replaces a field and removes it', async () => {
    await run(things.get(1).update({ a: { b: 1, c: 2 } }));
    await run(things.get(1).update({ a: r.literal({ d: 3 }), n: r.literal() }));
    expect(await run(things.get(1))).toEqual({ id: 1, a: { d: 3 } });
  });

  test('update, replace and delete do not process a row twice if an update moves it', async () => {
    await run(things.indexCreate('n'));
    await run(things.indexWait('n'));
    const answer = await run(things.between(0, 100, { index: 'n' }).update({ n: r.row('n').add(10) }));
    expect(answer).toEqual({ ...none, replaced: 2 });
    await run(things.indexDrop('n'));
  });
});

describe('write hooks', () => {
  test('write hooks are called for every write and change the stored row', async () => {
    await run(
      things.setWriteHook((context: typeof r, old: typeof r, news: typeof r) =>
        r.branch(
          news.eq(null),
          null,
          news.merge({ key: context('primary_key'), first: old.eq(null), at: context('timestamp').typeOf() }),
        ),
      ),
    );
    await run(things.insert({ id: 3 }));
    await run(things.get(1).update({ n: 5 }));
    expect(await run(things.get(3))).toEqual({ id: 3, key: 3, first: true, at: 'PTYPE<TIME>' });
    expect(await run(things.get(1))).toEqual({ id: 1, n: 5, key: 1, first: false, at: 'PTYPE<TIME>' });
    expect(await run(things.get(2).delete())).toMatchObject({ deleted: 1 });
    await run(things.insert({ id: 4 }, { ignoreWriteHook: true }));
    expect(await run(things.get(4))).toEqual({ id: 4 });
  });

  test('write hooks refuse rows with their own messages', async () => {
    await run(
      things.setWriteHook((_c: typeof r, _o: typeof r, news: typeof r) =>
        r.branch(news.hasFields('body'), news, r.error('a message needs a body')),
      ),
    );
    expect(await run(things.insert({ id: 3 }))).toEqual({
      ...none,
      errors: 1,
      first_error: 'Error in write hook: a message needs a body',
    });
  });

  test('write hooks cannot turn writes into deletions or the reverse', async () => {
    await run(things.setWriteHook((_c: typeof r, _o: typeof r, _n: typeof r) => null));
    expect(await run(things.insert({ id: 3 }))).toMatchObject({
      first_error: 'A write hook function must not turn a replace/insert into a deletion.',
    });
    await run(things.setWriteHook((_c: typeof r, old: typeof r, _n: typeof r) => old));
    expect(await run(things.get(1).delete())).toMatchObject({
      first_error: 'A write hook function must not turn a deletion into a replace/insert.',
    });
  });
});

describe('forEach and sync', () => {
  test('forEach adds up the results of its writes', async () => {
    const insertOne = (id: typeof r) => things.insert({ id });
    const answer = await run(r.expr([3, 4, 1]).forEach(insertOne));
    expect(answer).toMatchObject({ ...none, inserted: 2, errors: 1 });
  });

  test('forEach requires writes', async () => {
    await expectFailure(
      run(r.expr([1]).forEach(r.row)),
      fails(
        'ReqlQueryLogicError',
        'FOR_EACH expects one or more basic write queries.  Expected type ARRAY but found NUMBER.',
      ),
    );
  });

  test('sync answers after all writes are on the disk', async () => {
    expect(await run(things.sync())).toEqual({ synced: 1 });
  });
});
