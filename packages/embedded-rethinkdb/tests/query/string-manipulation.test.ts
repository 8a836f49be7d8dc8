import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase();

describe('match', () => {
  examples(run, {
    'match returns the position of the match in bytes': [
      r.expr('é-ab12').match('[a-z]+(\\d)(x)?'),
      { str: 'ab1', start: 3, end: 6, groups: [{ str: '1', start: 5, end: 6 }, null] },
    ],
    'match returns null without a match': [r.expr('abc').match('^b'), null],
    'match supports flags of RE2': [r.expr('ABC').match('(?i)^abc$')('str'), 'ABC'],
    'match refuses an invalid pattern': [
      r.expr('').match('a('),
      fails('ReqlQueryLogicError', 'Error in regexp `a(`'),
    ],
    'match takes linear time for patterns that are exponential in other engines': [
      r.expr('a'.repeat(5000)).match('(a+)+$b'),
      null,
    ],
  });
});

describe('split', () => {
  examples(run, {
    'split divides a string at whitespace': [r.expr('  a b\t c ').split(), ['a', 'b', 'c']],
    'split divides a string at a separator': [r.expr('a,b,,c').split(','), ['a', 'b', '', 'c']],
    'split divides a string a limited number of times': [r.expr('a,b,c').split(',', 1), ['a', 'b,c']],
    'split divides a string into characters, accents with their letters': [
      r.expr('ae\u0301b').split(''),
      ['a', 'e\u0301', 'b'],
    ],
    'split divides a string at whitespace a limited number of times': [
      r.expr(' a  b  c ').split(null, 1),
      ['a', 'b  c '],
    ],
    'split refuses a negative number': [
      r.expr('a').split(',', -2),
      fails('ReqlQueryLogicError', 'Error: `split` size argument must be in range [-1, 99999].'),
    ],
  });
});

describe('case', () => {
  examples(run, {
    'a change of case changes ASCII letters only': [
      r.expr([r.expr('aé').upcase(), r.expr('ÀB').downcase()]),
      ['Aé', 'Àb'],
    ],
  });
});
