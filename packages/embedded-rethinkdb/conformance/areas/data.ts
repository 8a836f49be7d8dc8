import { r } from '../../tests/support/driver.js';
import type { Random } from '../random.js';

/** Data of any type. */
export function anyDatum(random: Random): unknown {
  return random.pick<unknown>([
    null,
    true,
    0,
    1,
    -2.5,
    'text',
    '',
    [],
    [1, 2],
    [
      [0, 0],
      [1, 1],
    ],
    {},
    { a: 1 },
    { type: 'Point' },
    r.point(1, 1),
    r.line([0, 0], [1, 1]),
    r.epochTime(1),
    r.binary(Buffer.from('x')),
  ]);
}
