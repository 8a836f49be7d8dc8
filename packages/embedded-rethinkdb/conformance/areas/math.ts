import { r } from '../../tests/support/driver.js';
import type { Area } from '../area.js';

const BIT_TERMS = ['bitAnd', 'bitOr', 'bitXor', 'bitSal', 'bitSar'] as const;

export const MATH: readonly Area[] = [
  {
    name: 'bits',
    generate: (random) => {
      const operand = () =>
        random.pick<unknown>([
          0,
          1,
          -1,
          random.integer(-100, 100),
          random.integer(0, 2 ** 31),
          2 ** random.integer(0, 53),
          -(2 ** random.integer(0, 53)),
          random.integer(30, 70),
          2 ** 53 + 2,
          2 ** 60,
          1.5,
          'a',
          null,
        ]);
      if (random.chance(10)) return r.expr(operand()).bitNot();
      const more = random.chance(15) ? [operand()] : [];
      return r.expr(operand())[random.pick([...BIT_TERMS])](operand(), ...more);
    },
  },
  {
    name: 'regular expressions',
    generate: (random) => {
      const piece = () =>
        random.pick([
          'a',
          'b',
          '.',
          '*',
          '+',
          '?',
          '(',
          ')',
          '[',
          ']',
          '{',
          '}',
          '|',
          '^',
          '$',
          '\\d',
          '\\',
          '\\1',
          '(?:',
          '(?P<x>',
          '(?P<',
          '(?i)',
          '(?=a)',
          '(?<!a)',
          '{2}',
          '{1001}',
          '{2,1}',
          '[b-a]',
          '[[:alpha:]]',
          '[[:x:]]',
          '\\p{Greek}',
          '\\p{No}',
          '\\pX',
          '\\C',
          '\\Q',
          '\\z',
          '\\8',
          '\\x{110000}',
          '**',
          'é',
          '(?z)',
          '[a',
          '\\E',
          '(?P<x>a)',
          '(?P=x)',
        ]);
      const pattern = random.list(random.integer(1, 5), piece).join('');
      const text = random
        .list(random.integer(0, 6), () => random.pick(['a', 'b', 'é', '1', '\n', ' ']))
        .join('');
      return r.expr(text).match(pattern);
    },
  },
];
