import { expect, it } from 'vitest';
import { type SlowReader, SlowReaders } from '../../server/limits/slow-readers.js';
import { until } from '../support/until.js';

class Reader implements SlowReader {
  isSlow = true;
  fate: 'slow' | 'caught up' | 'cut off' = 'slow';

  constructor(public ownBytes: number) {}

  caughtUp(): void {
    this.fate = 'caught up';
  }

  overflow(): void {
    this.fate = 'cut off';
    this.isSlow = false;
  }
}

it('the readers with the most pending bytes are closed when all together exceed the budget', async () => {
  const readers = new SlowReaders(100);
  const [small, large, medium] = [new Reader(20), new Reader(90), new Reader(70)];
  for (const each of [small, large, medium]) readers.add(each);
  await until('the largest is cut off', () => large.fate === 'cut off');
  expect([small.fate, medium.fate]).toEqual(['slow', 'slow']);
  small.isSlow = false;
  await until('the small one has caught up', () => small.fate === 'caught up');
  expect(medium.fate).toBe('slow');
  medium.isSlow = false;
  await until('the medium one has caught up', () => medium.fate === 'caught up');
});
