import type { Connection, Term } from '../tests/support/driver.js';

/** The answer to a query as text: its value, or the error with its backtrace. */
export async function answerOf(connection: Connection, query: Term, isUnordered: boolean): Promise<string> {
  try {
    const given = await query.run(connection, { timeFormat: 'raw', binaryFormat: 'raw' });
    const value =
      typeof given?.toArray === 'function' && !Array.isArray(given) ? await given.toArray() : given;
    if (!isUnordered || !Array.isArray(value)) return stable(value);
    return `[${value.map(stable).sort().join(',')}]`;
  } catch (error) {
    const { name, msg, message, frames } = error as Error & { msg?: string; frames?: unknown };
    return `${name}: ${msg ?? message} ${JSON.stringify(frames ?? null)}`;
  }
}

/** Digits that are compared. The last ones depend on the version of the library for geodesics. */
const COMPARED_DIGITS = 9;
/** Smaller numbers are equal to 0: RethinkDB's poles are a tiny distance away from themselves. */
const MIN_COMPARED = 1e-100;

/** JSON with sorted keys: the order of keys is not part of an answer. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' && Object.is(part, -0)) return '-0';
    if (typeof part === 'number' && !Number.isInteger(part)) {
      return Math.abs(part) < MIN_COMPARED ? 0 : Number(part.toPrecision(COMPARED_DIGITS));
    }
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
