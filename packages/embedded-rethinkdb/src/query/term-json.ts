import { type Datum, type DatumObject, isObject } from '../datum/datum.js';
import { TERM_NUMBERS } from './term-numbers.js';

/** The parts of a term's JSON, `[number, args, options]`. */
export interface TermParts {
  readonly number: Datum | undefined;
  readonly args: readonly Datum[] | undefined;
  readonly options: DatumObject | undefined;
}

export function termParts([number, args, options]: readonly Datum[]): TermParts {
  return {
    number,
    args: Array.isArray(args) ? args : undefined,
    options: isObject(options) ? options : undefined,
  };
}

/** The parameters of a FUNC term: an array of numbers, as a MAKE_ARRAY term or without it. */
export function parametersOf(list: Datum | undefined): number[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = list[0] === TERM_NUMBERS.MAKE_ARRAY && Array.isArray(list[1]) ? list[1] : list;
  return items.every((item) => typeof item === 'number') ? items : undefined;
}

/** Replaces the variables that are not bound inside the term by their values. */
export function substituteVariables(
  term: Datum,
  bound: ReadonlySet<number>,
  lookUp: (name: number) => Datum,
): Datum {
  const inner = (part: Datum) => substituteVariables(part, bound, lookUp);
  if (!Array.isArray(term)) return isObject(term) ? mapFields(term, inner) : term;
  const { number, args, options } = termParts(term);
  if (number === undefined || args === undefined) return term;
  const [first = null, second = null] = args;
  if (number === TERM_NUMBERS.VAR && typeof first === 'number')
    return bound.has(first) ? term : literalTerm(lookUp(first));
  if (number === TERM_NUMBERS.FUNC) {
    const visible = new Set([...bound, ...(parametersOf(first) ?? [])]);
    return [number, [first, substituteVariables(second, visible, lookUp)]];
  }
  return options === undefined ? [number, args.map(inner)] : [number, args.map(inner), inner(options)];
}

/** Data as a term. Arrays of the protocol are terms, so arrays of the data become MAKE_ARRAY. */
function literalTerm(datum: Datum): Datum {
  if (Array.isArray(datum)) return [TERM_NUMBERS.MAKE_ARRAY, datum.map(literalTerm)];
  return isObject(datum) ? mapFields(datum, literalTerm) : datum;
}

function mapFields(object: DatumObject, convert: (value: Datum) => Datum): DatumObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value)]));
}
