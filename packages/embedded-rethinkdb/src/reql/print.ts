import { termName } from './ql2.js';

/** A function as JavaScript that the driver would turn into the same term. */
export function printFunction(params: readonly number[], body: unknown): string {
  return `function(${params.map(variable).join(', ')}) { return ${printTerm(body)}; }`;
}

/** The FUNC term of a stored function. */
export function printStored(term: unknown): string {
  return printTerm(term);
}

function variable(name: unknown): string {
  return `var_${String(name)}`;
}

function printTerm(term: unknown): string {
  if (!Array.isArray(term)) {
    if (term === null || typeof term !== 'object') return JSON.stringify(term);
    return `{${Object.entries(term)
      .map(([key, value]) => `${JSON.stringify(key)}: ${printTerm(value)}`)
      .join(', ')}}`;
  }
  const [number, args = [], options = {}] = term as [unknown, unknown[]?, Record<string, unknown>?];
  const name = termName(number);
  if (name === 'VAR') return variable(args[0]);
  if (name === 'MAKE_ARRAY') return `[${args.map(printTerm).join(', ')}]`;
  if (name === 'MAKE_OBJ') return printTerm(options);
  if (name === 'IMPLICIT_VAR') return 'r.row';
  if (name === 'BRACKET') return `${printTerm(args[0])}(${printTerm(args[1])})`;
  if (name === 'FUNC') return printFunction(paramsOf(args[0]), args[1]);
  return printCall(camelCase(name ?? 'UNKNOWN'), args.map(printTerm), options);
}

function paramsOf(list: unknown): number[] {
  const items = Array.isArray(list) && list[0] === 2 && Array.isArray(list[1]) ? list[1] : list;
  return Array.isArray(items) ? (items as number[]) : [];
}

function printCall(name: string, args: string[], options: Record<string, unknown>): string {
  const optional = Object.keys(options).length > 0 ? [printTerm(options)] : [];
  const [first, ...rest] = args;
  if (first === undefined) return `r.${name}(${optional.join('')})`;
  const subject = /^["{[\d]/.test(first) ? `r(${first})` : first;
  return `${subject}.${name}(${[...rest, ...optional].join(', ')})`;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
