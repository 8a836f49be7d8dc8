import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/stack.js';

let database: TestDatabase;
let stack: Stack;
let connection: r.Connection;
beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
  connection = await database.connect();
});
afterAll(async () => {
  await stack?.stop();
  await database?.stop();
});

/** Inserts a row as any driver does. */
async function insert(row: object): Promise<string | undefined> {
  const result = await r
    .table('messages')
    .insert({ room: 'hook', body: 'x', ...row })
    .run(connection);
  return result.first_error && String(result.first_error);
}

const INVISIBLE = [
  '\u200b',
  '\u200c\u200d',
  '\u2060',
  '\ufeff',
  '\u3164',
  '\u115f\u1160',
  '\uffa0',
  '\u2800',
  '\u00ad',
  '\u{e0041}\u{e007f}',
  '\ufe0f',
  '\u200b\u0301',
];
const VISIBLE = ['Ada', '👩‍👩‍👧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '❤️', 'क्‍ष', 'می‌خواهم', '1️⃣', '\u{1fae9}', '\ue000'];

describe('the write hook', () => {
  test('the write hook refuses a body without a visible character', async () => {
    for (const body of INVISIBLE)
      expect(await insert({ body }), escape(body)).toMatch(/body (has no visible character|is empty)/);
  });

  test('the write hook refuses an author whose name has no visible character', async () => {
    for (const name of INVISIBLE)
      expect(await insert({ author: name }), escape(name)).toMatch(
        /author\.name (has no visible character|is empty)/,
      );
  });

  test('the write hook accepts emoji sequences, flags, and joiners within words', async () => {
    for (const text of VISIBLE) expect(await insert({ body: text, author: text }), text).toBeUndefined();
  });

  test('the write hook accepts bidi controls in a body, and refuses them in the name of an author', async () => {
    for (const control of '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')
      expect(await insert({ body: `call ${control}+43 1 234` })).toBeUndefined();
    for (const control of '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')
      expect(await insert({ author: `a${control}b` })).toMatch('author.name contains control characters');
  });

  test('the write hook refuses other control characters in a body', async () => {
    for (const control of '\u0000\u001b\u0085')
      expect(await insert({ body: `a${control}b` })).toMatch('body contains control characters');
  });
});
