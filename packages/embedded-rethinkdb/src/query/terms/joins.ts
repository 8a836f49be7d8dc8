import { asBoolean } from '../../datum/type-checks.js';
import { equalityJoin, join, zipPair } from '../../operators/join.js';
import { sequenceValue, toStream } from '../../runtime/conversions.js';
import { notAStream } from '../../runtime/grouped.js';
import { toDatum } from '../../runtime/row-function.js';
import type { Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import type { Chapter } from '../term.js';

export const JOINS = {
  INNER_JOIN: {
    args: [3, 3],
    forbidsWrites: true,
    onGroups: 'transform',
    evaluate: (args) => joined(args, false),
  },
  OUTER_JOIN: {
    args: [3, 3],
    forbidsWrites: true,
    onGroups: 'transform',
    evaluate: (args) => joined(args, true),
  },

  EQ_JOIN: {
    args: [3, 3],
    forbidsWrites: true,
    optargs: ['index', 'ordered'],
    onGroups: 'transform',
    evaluate: (args) => {
      if (args.inGroup) throw args.blame(0, notAStream());
      const left = args.stream(0);
      const table = args.anyTable(2);
      const by = args.function(1, 'field');
      const joined = equalityJoin(left, by, table, args.stringOption('index') ?? table.primaryKey);
      return sequenceValue(joined, args.limits);
    },
  },

  ZIP: {
    args: [1, 1],
    evaluate: (args) => {
      const noChanges = 'Cannot call `changes` after `zip`.';
      return sequenceValue(
        args.stream(0).with({ kind: 'map', apply: zipPair, noChanges, deterministic: true }),
        args.limits,
      );
    },
  },
} satisfies Chapter;

function joined(args: Arguments, outer: boolean): Value {
  const predicate = args.function(2, 'constant');
  // The right side is evaluated again for every row of the left: streams are read once.
  const right = () => toStream(args.again(1));
  right();
  const pairs = join(args.stream(0), right, (a, b) => asBoolean(toDatum(predicate.call([a, b]))), outer);
  return sequenceValue(pairs, args.limits);
}
