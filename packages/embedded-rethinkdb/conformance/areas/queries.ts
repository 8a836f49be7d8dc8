import { r, type Term } from '../../tests/support/driver.js';
import type { Area } from '../area.js';
import type { Random } from '../random.js';
import { anyDatum } from './data.js';

/** Terms and the number of arguments after the first one. */
const TERMS: readonly [string, number][] = [
  ['add', 1],
  ['sub', 1],
  ['mul', 1],
  ['div', 1],
  ['mod', 1],
  ['and', 1],
  ['or', 1],
  ['not', 0],
  ['eq', 1],
  ['lt', 1],
  ['append', 1],
  ['prepend', 1],
  ['difference', 1],
  ['setInsert', 1],
  ['setUnion', 1],
  ['slice', 2],
  ['skip', 1],
  ['limit', 1],
  ['nth', 1],
  ['offsetsOf', 1],
  ['contains', 1],
  ['getField', 1],
  ['keys', 0],
  ['values', 0],
  ['hasFields', 1],
  ['withFields', 1],
  ['pluck', 1],
  ['without', 1],
  ['merge', 1],
  ['between', 2],
  ['reduce', 1],
  ['map', 1],
  ['filter', 1],
  ['concatMap', 1],
  ['orderBy', 1],
  ['distinct', 0],
  ['count', 0],
  ['count', 1],
  ['isEmpty', 0],
  ['union', 1],
  ['group', 1],
  ['sum', 0],
  ['avg', 0],
  ['min', 0],
  ['max', 0],
  ['insertAt', 2],
  ['deleteAt', 1],
  ['changeAt', 2],
  ['spliceAt', 2],
  ['coerceTo', 1],
  ['typeOf', 0],
  ['upcase', 0],
  ['downcase', 0],
  ['split', 1],
  ['match', 1],
  ['inTimezone', 1],
  ['during', 2],
  ['date', 0],
  ['year', 0],
  ['toISO8601', 0],
  ['toEpochTime', 0],
  ['get', 1],
  ['getAll', 1],
  ['insert', 1],
  ['update', 1],
  ['replace', 1],
  ['delete', 0],
  ['forEach', 1],
  ['do', 1],
  ['default', 1],
  ['innerJoin', 2],
  ['eqJoin', 2],
  ['zip', 0],
  ['sample', 1],
  ['round', 0],
  ['ceil', 0],
  ['bracket', 1],
  ['toGeojson', 0],
  ['fill', 0],
  ['intersects', 1],
  ['includes', 1],
  ['distance', 1],
  ['polygonSub', 1],
  ['fold', 2],
  ['ungroup', 0],
  ['info', 0],
  ['toJsonString', 0],
  ['getIntersecting', 1],
  ['getNearest', 1],
  ['indexCreate', 1],
  ['indexStatus', 1],
  ['indexDrop', 1],
  ['changes', 0],
  ['sync', 0],
  ['config', 0],
  ['branch', 2],
  ['setDifference', 1],
];

function argument(random: Random, depth: number): unknown {
  if (depth > 0 && random.chance(35)) return term(random, depth - 1);
  if (random.chance(12))
    return random.pick<Term>([(x: Term) => x, (x: Term) => x('a'), (x: Term) => x.add(1)]);
  if (random.chance(10))
    return random.pick<Term>([r.table('rows'), r.table('none'), r.table('rows').get(1), r.error('e')]);
  if (random.chance(20)) return random.pick(['a', 'b', 'id', 'number', 'string', 'array', 'object']);
  return anyDatum(random);
}

function term(random: Random, depth: number): Term {
  const [name, count] = TERMS[random.below(TERMS.length)] ?? ['typeOf', 0];
  const first = argument(random, depth);
  const target = typeof first === 'function' ? r.expr([1]) : r.expr(first);
  const others = random.list(count, () => argument(random, depth));
  return name === 'bracket'
    ? target(typeof others[0] === 'function' ? 'a' : others[0])
    : target[name](...others);
}

const UNPREDICTABLE = /sample|info|config|indexStatus|changes|random|insert\(|indexCreate|sync/;

export const QUERIES: readonly Area[] = [
  {
    name: 'errors and backtraces',
    prepare: () => [
      r.tableCreate('rows'),
      r.table('rows').insert([{ id: 1, a: 1 }, { id: 2, a: 'x', b: [1] }, { id: 3 }]),
    ],
    isUnordered: true,
    generate: (random) => {
      for (;;) {
        let query: Term;
        try {
          query = term(random, 2);
        } catch {
          continue; // The driver refuses it.
        }
        if (!UNPREDICTABLE.test(String(query))) return query;
      }
    },
  },
];
