import { type Datum, type DatumObject, isObject } from '../datum/datum.js';
import { parametersOf, termParts } from './term-json.js';
import { termName } from './term-numbers.js';

/** A function as JavaScript for which the driver sends the same term. */
export function printFunction(params: readonly number[], body: Datum): string {
  return `function(${params.map(variable).join(', ')}) { return ${printTerm(body)}; }`;
}

function variable(name: Datum): string {
  return `var_${String(name)}`;
}

/** A term as JavaScript. */
export function printTerm(term: Datum): string {
  if (!Array.isArray(term)) {
    if (!isObject(term)) return JSON.stringify(term);
    return `{${Object.entries(term)
      .map(([key, value]) => `${JSON.stringify(key)}: ${printTerm(value)}`)
      .join(', ')}}`;
  }
  const { number, args = [], options = {} } = termParts(term);
  const name = termName(number);
  const [first = null, second = null] = args;
  switch (name) {
    case 'VAR':
      return variable(first);
    case 'MAKE_ARRAY':
      return `[${args.map(printTerm).join(', ')}]`;
    case 'MAKE_OBJ':
      return printTerm(options);
    case 'IMPLICIT_VAR':
      return 'r.row';
    case 'BRACKET':
      return `${printTerm(first)}(${printTerm(second)})`;
    case 'FUNC':
      return printFunction(parametersOf(first) ?? [], second);
    default:
      return printCall(camelCase(name ?? 'UNKNOWN'), args.map(printTerm), options);
  }
}

function printCall(name: string, args: readonly string[], options: DatumObject): string {
  const optional = Object.keys(options).length > 0 ? [printTerm(options)] : [];
  const [first, ...rest] = args;
  if (first === undefined) return `r.${name}(${optional.join('')})`;
  const subject = /^["{[\d]/.test(first) ? `r(${first})` : first;
  return `${subject}.${name}(${[...rest, ...optional].join(', ')})`;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
