import { describe, expect, test } from 'vitest';
import type { TermEntry } from '../../src/query/term.js';
import { TERM_NUMBERS } from '../../src/query/term-numbers.js';
import { CHAPTERS, TERMS } from '../../src/query/term-table.js';

describe('the table of terms', () => {
  test('has every term of the protocol, once', () => {
    const names = Object.values(CHAPTERS).flatMap((chapter) => Object.keys(chapter));
    expect(names.toSorted()).toEqual(Object.keys(TERM_NUMBERS).toSorted());
    expect(Object.keys(TERMS)).toHaveLength(names.length);
  });

  test('is what docs/compatibility.md says', async () => {
    await expect(page()).toMatchFileSnapshot('../../docs/compatibility.md');
  });
});

/** The page for users; `npx vitest run term-table -u` writes it anew. */
function page(): string {
  const chapters = Object.entries(CHAPTERS).map(([title, terms]) => {
    const rows = Object.entries(terms).map(([name, entry]) => `| ${name} | ${describeEntry(entry)} |`);
    return [`## ${title}`, '', '| term | arguments and options |', '|---|---|', ...rows, ''].join('\n');
  });
  return `${INTRODUCTION}\n${chapters.join('\n')}`;
}

const INTRODUCTION = `# ReQL on the embedded database

The terms of RethinkDB's query language by the chapters of its API reference, under their names in the
protocol (\`tableCreate\` is TABLE_CREATE). A term that is not supported answers with an error that says so.
This page is made from the table of terms, and a test keeps it true.

What differs from a RethinkDB server:

- There is one server: options about shards and replicas are checked and have no effect.
- A table's rows come in the order of their primary keys where RethinkDB promises no order.
- Indexes are ready when \`indexCreate\` answers.
- A query runs to its end: there is no limit of time, and other clients wait meanwhile. Regular expressions
  take linear time.
- Geospatial indexes are walked from end to end. A distance may differ by some nanometres. A \`getNearest\` that asks
  for more than a quarter of the globe fails on RethinkDB unless each of a table's eight pieces has \`max_results\`
  documents in reach; here it fails unless the table has eight times as many.
- A query that is nested too deeply gets an error.
- The database \`rethinkdb\` can be read; of it, only \`config().update({name, durability})\` of a table can be written.
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
