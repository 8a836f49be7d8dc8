import { describe, expect, test } from 'vitest';
import type { TermEntry } from '../../src/query/term.js';
import { TERM_NUMBERS } from '../../src/query/term-numbers.js';
import { CHAPTERS, TERMS } from '../../src/query/term-table.js';

describe('the table of terms', () => {
  test('the table of terms has every term of the protocol, once', () => {
    const names = Object.values(CHAPTERS).flatMap((chapter) => Object.keys(chapter));
    expect(names.toSorted()).toEqual(Object.keys(TERM_NUMBERS).toSorted());
    expect(Object.keys(TERMS)).toHaveLength(names.length);
  });

  test('the table of terms is documented in docs/compatibility.md', async () => {
    await expect(page()).toMatchFileSnapshot('../../docs/compatibility.md');
  });
});

/** The page for users. `npx vitest run term-table -u` updates it. */
function page(): string {
  const chapters = Object.entries(CHAPTERS).map(([title, terms]) => {
    const rows = Object.entries(terms).map(([name, entry]) => `| ${name} | ${describeEntry(entry)} |`);
    return [`## ${title}`, '', '| term | arguments and options |', '|---|---|', ...rows, ''].join('\n');
  });
  return `${INTRODUCTION}\n${chapters.join('\n')}`;
}

const INTRODUCTION = `# Compatibility

This page lists every term of RethinkDB's query language by the chapters of its API reference, under its name in the
protocol (\`tableCreate\` is TABLE_CREATE). An unsupported term returns an error that names it. The page is generated from
the table of terms; a test compares them.

Differences from a RethinkDB server:

- There is one server: options for shards and replicas are checked and have no effect.
- There is one user, \`admin\`: \`grant\` is not supported.
- A table's rows are in the order of their primary keys; RethinkDB guarantees no order.
- Indexes are complete when \`indexCreate\` returns.
- A query runs to its end without a time limit, and other clients wait until then. Regular expressions take linear time.
- Geometry follows the rules of RethinkDB's library; distances and corners of circles may differ by some nanometres.
  \`getIntersecting\` and \`getNearest\` also find some shapes, such as near the poles, that RethinkDB's indexes miss. The
  distance to a polygon without area (a polygon from which itself was subtracted) is 0; it ends a RethinkDB server's process.
- A \`getNearest\` for more than a quarter of the globe fails on RethinkDB unless each of a table's eight pieces has
  \`max_results\` documents in reach; here it fails unless the table has eight times as many.
- A query that is nested too deeply returns an error.
- The database \`rethinkdb\` is read-only, except \`config().update({name, durability})\` of a table.
`;

function describeEntry(entry: TermEntry): string {
  if ('unsupported' in entry) return `not supported: ${entry.unsupported}`;
  if ('syntax' in entry) return 'part of the syntax';
  const [least, most] = entry.args;
  const count =
    most === Number.POSITIVE_INFINITY
      ? `${least} or more`
      : least === most
        ? `${least}`
        : `${least} to ${most}`;
  const options = entry.optargs?.length
    ? `; ${entry.optargs.map((option) => `\`${option}\``).join(', ')}`
    : '';
  return `${count}${options}`;
}
