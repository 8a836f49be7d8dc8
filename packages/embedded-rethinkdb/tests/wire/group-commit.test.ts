import { describe, expect, test } from 'vitest';
import { GroupCommit, type Job } from '../../src/wire/group-commit.js';
import { openStorage } from '../storage/open-storage.js';
import { until } from '../support/until.js';

/** A table, and jobs that write to it and note when they are run and when they are acknowledged. */
function scene() {
  const storage = openStorage();
  const table = storage.write(() => storage.createTable('test', 't'));
  const commits: number[] = [];
  const log: string[] = [];
  storage.onCommit((changes) => {
    commits.push(changes.length);
    log.push('commit');
  });
  const group = new GroupCommit(storage);
  const job = (name: string, owner: object, writes: boolean): Job => ({
    owner,
    writes,
    run: () => {
      log.push(name);
      if (writes) storage.write(() => table.put({ id: name }, null));
      return () => log.push(`${name} ok`);
    },
    onDequeue: () => {},
    fail: (error) => log.push(`${name}: ${(error as Error).message}`),
  });
  return { storage, group, job, commits, log };
}

describe('writes that arrive in one turn', () => {
  test('writes that arrive in one turn share one commit, and are acknowledged after it', async () => {
    const { group, job, commits, log } = scene();
    for (const name of ['a', 'b', 'c']) group.add(job(name, {}, true));
    await until('acknowledgements', () => log.includes('c ok'));
    expect(commits).toEqual([3]);
    expect(log).toEqual(['a', 'b', 'c', 'commit', 'a ok', 'b ok', 'c ok']);
  });

  test('writes that arrive in one turn do not delay the reads of other connections', async () => {
    const { group, job, log } = scene();
    const [one, other] = [{}, {}];
    group.add(job('write', one, true));
    group.add(job('read of another', other, false));
    group.add(job('read of the same', one, false));
    await until('acknowledgements', () => log.includes('read of the same ok'));
    expect(log).toEqual([
      'read of another',
      'read of another ok',
      'write',
      'read of the same',
      'commit',
      'write ok',
      'read of the same ok',
    ]);
  });

  test('writes that arrive in one turn all fail if their commit fails', async () => {
    const { storage, group, job, log } = scene();
    storage.environment.root.transactionSync = ((run: () => unknown) => {
      run();
      throw new Error('No space left on device');
    }) as never;
    for (const name of ['a', 'b']) group.add(job(name, {}, true));
    const failure = (name: string) => `${name}: The database could not be written: No space left on device`;
    await until('failures', () => log.includes(failure('b')));
    expect(log.filter((line) => line.includes('ok') || line === 'commit')).toEqual([]);
    expect(log).toContain(failure('a'));
  });

  test('writes that arrive in one turn fail for the first query only if the transaction cannot begin', async () => {
    const { storage, group, job, log } = scene();
    const { transactionSync } = storage.environment.root;
    let failures = 1;
    storage.environment.root.transactionSync = ((run: () => unknown) => {
      if (failures-- > 0) throw new Error('No transaction');
      return transactionSync.call(storage.environment.root, run);
    }) as never;
    for (const name of ['a', 'b']) group.add(job(name, {}, true));
    await until('acknowledgements', () => log.includes('b ok'));
    expect(log).toEqual(['a: The database could not be written: No transaction', 'b', 'commit', 'b ok']);
  });
});
