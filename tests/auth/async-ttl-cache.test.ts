import { describe, expect, it } from 'vitest';
import { AsyncTtlCache } from '../../server/auth/async-ttl-cache.js';

const cache = (size: number) => new AsyncTtlCache<string>({ size, lifetime: () => 1000, now: () => 0 });

describe('the cache of answers', () => {
  it('never keeps more than its size, and lets the oldest go', async () => {
    const answers = cache(3);
    for (const key of ['a', 'b', 'c', 'd']) await answers.get(key, async () => key);
    expect(answers.size).toBe(3);
    expect(await answers.get('b', async () => 'asked again')).toBe('b');
    expect(await answers.get('a', async () => 'asked again')).toBe('asked again');
  });

  it('keeps no failure', async () => {
    const answers = cache(3);
    await expect(answers.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(answers.size).toBe(0);
    expect(await answers.get('a', async () => 'back')).toBe('back');
  });

  it('keeps a newer answer when an older question fails', async () => {
    const answers = cache(1);
    let fail = (_: Error) => {};
    const first = answers.get('a', () => new Promise((_, reject) => (fail = reject)));
    await answers.get('b', async () => 'b'); // pushes the first out
    await answers.get('a', async () => 'newer');
    fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    expect(await answers.get('a', async () => 'asked again')).toBe('newer');
  });
});
