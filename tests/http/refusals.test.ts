import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Refusals } from '../../server/http/gate/refusals.js';

test('refusals are logged one by one at debug and once a minute in total at warn', () => {
  const lines: { level: number; refused?: object; code?: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let now = 0;
  const refusals = new Refusals(log, () => now);
  for (let n = 0; n < 1_000; n += 1) refusals.add('bad-target', { path: '//' });
  now = 60_000;
  refusals.add('bad-upgrade', { path: '/' });
  const warnings = lines.filter(({ level }) => level === 40);
  expect(warnings.map(({ refused }) => refused)).toEqual([
    { 'bad-target': 1 },
    { 'bad-target': 999, 'bad-upgrade': 1 },
  ]);
  expect(lines.filter(({ level }) => level === 20)).toHaveLength(1_001);
});
