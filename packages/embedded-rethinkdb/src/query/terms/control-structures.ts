import { randomUUID } from 'node:crypto';
import { v5 } from 'uuid';
import { makeBinary } from '../../datum/binary.js';
import { type Datum, MAXVAL, MINVAL, pseudotype } from '../../datum/datum.js';
import { EmptyUserError, logicError, ReqlError, userError } from '../../datum/reql-error.js';
import { asArray } from '../../datum/type-checks.js';
import { Grouped } from '../../runtime/grouped.js';
import { checkArraySize } from '../../runtime/limits.js';
import { Determinism, RowFunction, toDatum } from '../../runtime/row-function.js';
import { SingleSelection } from '../../runtime/selection.js';
import { Stream } from '../../runtime/stream.js';
import { isDatum, type Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import { coerce } from '../coerce.js';
import { describe, typeNameOf } from '../info.js';
import { parseJson } from '../parse-json.js';
import type { Chapter } from '../term.js';
import { toJson } from '../to-json.js';

const MANY = Number.POSITIVE_INFINITY;

export const CONTROL_STRUCTURES = {
  DATUM: { syntax: true },
  MAKE_OBJ: { syntax: true },
  VAR: { syntax: true },
  FUNC: { syntax: true },

  MAKE_ARRAY: {
    args: [0, MANY],
    evaluate: (args) => {
      const items = args.data(0);
      checkArraySize(items.length, args.limits);
      return items;
    },
  },

  /** The enclosing term replaces it by its arguments. */
  ARGS: {
    args: [1, 1],
    evaluate: (args) => {
      const items = args.datum(0);
      asArray(items);
      return items;
    },
  },

  BINARY: {
    args: [1, 1],
    evaluate: (args) => {
      const data = args.datum(0);
      return pseudotype(data) === 'BINARY' ? data : makeBinary(Buffer.from(args.string(0)));
    },
  },

  FUNCALL: { args: [1, MANY], evaluate: call },

  BRANCH: {
    args: [3, MANY],
    evaluate: (args) => {
      if (args.count % 2 === 0)
        throw logicError('Cannot call `branch` term with an even number of arguments.');
      for (let i = 0; i < args.count - 1; i += 2) if (args.boolean(i)) return args.value(i + 1);
      return args.value(args.count - 1);
    },
  },

  RANGE: {
    args: [0, 2],
    evaluate: (args) => {
      const bounds = args.values(0).map((_, i) => args.integer(i));
      const [from, to] = bounds.length === 2 ? bounds : [0, bounds[0]];
      return new Stream(() => range(from!, to ?? MANY), { infinite: bounds.length === 0 });
    },
  },

  ERROR: {
    args: [0, 1],
    evaluate: (args) => {
      throw args.count === 0 ? new EmptyUserError() : userError(args.string(0));
    },
  },

  DEFAULT: { args: [2, 2], onGroups: 'never', evaluate: orDefault },

  COERCE_TO: { args: [2, 2], evaluate: (args) => coerce(args.value(0), args.string(1), args) },

  TYPE_OF: { args: [1, 1], onGroups: 'never', evaluate: (args) => typeNameOf(args.value(0)) },

  INFO: { args: [1, 1], onGroups: 'never', evaluate: (args) => describe(args.value(0), args.env.storage) },

  JSON: { args: [1, 1], evaluate: (args) => parseJson(args.string(0), args.limits) },
  TO_JSON_STRING: { args: [1, 1], evaluate: (args) => toJson(args.datum(0)) },

  UUID: {
    args: [0, 1],
    determinism: (count) => (count === 1 ? Determinism.deterministic : Determinism.nondeterministic),
    evaluate: (args) => (args.count === 1 ? v5(Buffer.from(args.string(0)), UUID_NAMESPACE) : randomUUID()),
  },

  MINVAL: { args: [0, 0], evaluate: () => MINVAL },
  MAXVAL: { args: [0, 0], evaluate: () => MAXVAL },

  JAVASCRIPT: {
    unsupported: 'The embedded database does not run JavaScript: `r.js` needs a RethinkDB server.',
  },
  HTTP: { unsupported: 'The embedded database makes no HTTP requests: `r.http` needs a RethinkDB server.' },
} satisfies Chapter;

/** RethinkDB's own namespace for `r.uuid(text)`. */
const UUID_NAMESPACE = '91461c99-f89d-49d2-af96-d8e2e14e9b58';

function* range(from: number, to: number): Iterable<Datum> {
  for (let i = from; i < to; i++) yield i;
}

/** `do`: the function is the first argument. */
function call(args: Arguments): Value {
  const f = args.function(0, 'constant');
  if (args.count === 1) return f.call([]);
  const first = args.value(1);
  const rest = args.data(2);
  if (first instanceof Grouped) {
    first.checkSize(args.limits);
    const groups = first.groups.map(({ group, reduction }) => ({
      group,
      reduction: toDatum(f.call([reduction, ...rest])),
    }));
    return new Grouped(groups, false);
  }
  return f.call([args.datum(1), ...rest]);
}

function orDefault(args: Arguments): Value {
  let value: Value = null;
  let missing: ReqlError | undefined;
  try {
    value = args.value(0);
    if (!isDatum(value) && !(value instanceof SingleSelection)) return value;
    if (toDatum(value) !== null) return value;
  } catch (error) {
    if (!(error instanceof ReqlError) || error.kind !== 'NON_EXISTENCE') throw error;
    missing = error;
  }
  try {
    const otherwise = args.value(1);
    return otherwise instanceof RowFunction ? otherwise.call([missing?.message ?? null]) : otherwise;
  } catch (error) {
    if (!(error instanceof EmptyUserError)) throw error;
    if (missing !== undefined) throw missing;
    return value;
  }
}
