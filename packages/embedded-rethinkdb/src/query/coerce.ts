import { isUtf8 } from 'node:buffer';
import { binaryBytes, makeBinary } from '../datum/binary.js';
import {
  type Datum,
  type DatumObject,
  isExtremum,
  isObject,
  pseudotype,
  sortedKeys,
} from '../datum/datum.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { asArray, asString, finite } from '../datum/type-checks.js';
import { addField } from '../operators/documents.js';
import { isSequence } from '../runtime/conversions.js';
import { toDatum } from '../runtime/row-function.js';
import { Selection, SingleSelection } from '../runtime/selection.js';
import { isDatum, type Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';
import { typeNameOf } from './info.js';
import { toJson } from './to-json.js';

const KINDS = [
  'DB',
  'TABLE',
  'TABLE_SLICE',
  'SELECTION<STREAM>',
  'SELECTION<ARRAY>',
  'STREAM',
  'SELECTION<OBJECT>',
  'FUNCTION',
  'GROUPED_DATA',
];
const DATUM_TYPES = ['NULL', 'BINARY', 'BOOL', 'NUMBER', 'STRING', 'ARRAY', 'OBJECT', 'MINVAL', 'MAXVAL'];

/** `value.coerceTo(type)` */
export function coerce(value: Value, type: string, args: Arguments): Value {
  const wanted = type.toUpperCase();
  if (wanted !== 'DATUM' && !KINDS.includes(wanted) && !DATUM_TYPES.includes(wanted)) {
    throw logicError(`Unknown Type: ${wanted}`);
  }
  const start = startType(value);
  if (start === wanted || isConvertible(value, wanted)) return value;
  if (wanted === 'BOOL') return start !== 'NULL';
  const fail = () =>
    new ReqlError(start === 'NULL' ? 'NON_EXISTENCE' : 'LOGIC', `Cannot coerce ${start} to ${wanted}.`);
  if (isDatum(value) || value instanceof SingleSelection) {
    const converted = coerceDatum(toDatum(value), wanted);
    if (converted !== undefined) return converted;
    if (start !== 'ARRAY') throw args.blame(0, fail());
  }
  if (isSequence(value)) {
    if (wanted === 'ARRAY' || wanted === 'DATUM') return args.finiteStream(0).toArray(args.limits);
    if (wanted === 'OBJECT') return objectOf(args.finiteStream(0).finiteRows());
  }
  throw args.blame(0, fail());
}

function startType(value: Value): string {
  if (value instanceof Selection) return 'SELECTION<STREAM>';
  if (!isDatum(value) && !(value instanceof SingleSelection)) return typeNameOf(value);
  const datum = toDatum(value);
  if (isObject(datum) && !isExtremum(datum)) return pseudotype(datum) === 'BINARY' ? 'BINARY' : 'OBJECT';
  return typeNameOf(datum);
}

/** Whether a value already is of a more general kind. */
function isConvertible(value: Value, wanted: string): boolean {
  if (isDatum(value)) return wanted === 'DATUM' || (wanted === 'STREAM' && Array.isArray(value));
  switch (value.kind) {
    case 'TABLE':
      return ['TABLE', 'TABLE_SLICE', 'SELECTION<STREAM>', 'STREAM'].includes(wanted);
    case 'TABLE_SLICE':
      return ['TABLE_SLICE', 'SELECTION<STREAM>', 'STREAM'].includes(wanted);
    case 'SELECTION':
      return ['SELECTION<STREAM>', 'STREAM'].includes(wanted);
    case 'SINGLE_SELECTION':
      return ['SELECTION<OBJECT>', 'DATUM'].includes(wanted);
    default:
      return false;
  }
}

function coerceDatum(datum: Datum, wanted: string): Datum | undefined {
  if (wanted === 'STRING') {
    return pseudotype(datum) === 'BINARY' ? decodeUtf8(binaryBytes(datum)) : toJson(datum);
  }
  if (wanted === 'BINARY' && typeof datum === 'string') return makeBinary(Buffer.from(datum));
  if (wanted === 'ARRAY' && isObject(datum) && !isExtremum(datum) && pseudotype(datum) !== 'BINARY') {
    return sortedKeys(datum).map((key) => [key, datum[key] ?? null]);
  }
  if (wanted === 'NUMBER' && typeof datum === 'string') return numberOf(datum);
  return undefined;
}

function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const again = Buffer.from(text);
  const position = bytes.findIndex((byte, i) => byte !== again[i]);
  const start = bytes.toString('utf8', 0, Math.min(position, 20));
  throw logicError(
    `String \`${start}\` (truncated) is not a UTF-8 string; Invalid byte seen at position ${position}.`,
  );
}

function numberOf(text: string): number {
  const trimmed = text.trimStart();
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (special !== null)
    return finite(/nan/i.test(trimmed) ? Number.NaN : special[1] === '-' ? -Infinity : Infinity);
  const number = /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|0x[0-9a-f]+)$/i.test(trimmed)
    ? Number(trimmed)
    : Number.NaN;
  if (!Number.isNaN(number)) return finite(number);
  throw logicError(`Could not coerce \`${text}\` to NUMBER.`);
}

function objectOf(pairs: Iterable<Datum>): DatumObject {
  const object: DatumObject = {};
  for (const pair of pairs) {
    const items = asArray(pair);
    if (items.length !== 2) throw logicError(`Expected array of size 2, but got size ${items.length}.`);
    addField(object, asString(items[0] ?? null), items[1] ?? null, 'coerced object');
  }
  return object;
}
