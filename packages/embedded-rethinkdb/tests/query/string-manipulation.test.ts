import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase();

describe('match', () => {
  examples(run, {
    'tells where the match is, in bytes': [
      r.expr('é-ab12').match('[a-z]+(\\d)(x)?'),
      { str: 'ab1', start: 3, end: 6, groups: [{ str: '1', start: 5, end: 6 }, null] },
    ],
    'gives null without a match': [r.expr('abc').match('^b'), null],
    'knows flags of RE2': [r.expr('ABC').match('(?i)^abc$')('str'), 'ABC'],
    'refuses a pattern that is none': [
      r.expr('').match('a('),
      fails('ReqlQueryLogicError', 'Error in regexp `a(`'),
    ],
    'takes linear time for patterns that blow up elsewhere': [
      r.expr('a'.repeat(5000)).match('(a+)+$b'),
      null,
    ],
  });
});

describe('split', () => {
  examples(run, {
    'splits at whitespace': [r.expr('  a b\t c ').split(), ['a', 'b', 'c']],
    'splits at a separator': [r.expr('a,b,,c').split(','), ['a', 'b', '', 'c']],
    'splits a number of times': [r.expr('a,b,c').split(',', 1), ['a', 'b,c']],
    'splits characters, accents with their letters': [r.expr('ae\u0301b').split(''), ['a', 'e\u0301', 'b']],
    'splits at whitespace a number of times': [r.expr(' a  b  c ').split(null, 1), ['a', 'b  c ']],
    'refuses a negative number': [
      r.expr('a').split(',', -2),
      fails('ReqlQueryLogicError', 'Error: `split` size argument must be in range [-1, 99999].'),
    ],
  });
});

describe('case', () => {
  examples(run, {
    'changes ASCII letters only': [r.expr([r.expr('aé').upcase(), r.expr('ÀB').downcase()]), ['Aé', 'Àb']],
  });
});
