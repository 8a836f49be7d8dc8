import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { expectEqual, fillChat, idOfMessage } from './chat-to-move.js';
import { move } from './move-command.js';
import { type Kind, type Place, Places } from './move-places.js';

describe('npm run import', () => {
  const kind: Kind = process.env.RETHINKDB_URL ? 'server' : 'embedded';
  let places: Places;
  let from: Place;
  let to: Place;
  let file: string;
  beforeAll(async () => {
    places = await Places.open();
    from = await places.add('from', kind);
    await fillChat(from.connection, from.db);
    file = places.file('ndjson');
    expect(await move('export', from, file)).toMatchObject({ code: 0, error: '' });
  });
  beforeEach(async () => {
    to = await places.add('to', kind);
  });
  afterAll(() => places.close());

  /** Imports a file of this content and expects an error before anything is written. */
  async function expectRefused(content: string | Buffer, outcome: { code: number; error: RegExp }) {
    const wrong = places.file('ndjson.gz');
    await writeFile(wrong, content);
    const { code, out, error } = await move('import', to, wrong);
    expect({ code, out }).toEqual({ code: outcome.code, out: '' });
    expect(error).toMatch(outcome.error);
    expect(error.split('\n')).toHaveLength(1);
    expect(await r.dbList().run(to.connection)).not.toContain(to.db);
  }

  test('npm run import refuses a damaged file before it writes anything', async () => {
    const text = await readFile(file, 'utf8');
    const damaged = { code: 1, error: /is damaged: its content does not match the hash/ };
    await expectRefused(text.replace('"name":"Name 3"', '"name":"Name 4"'), damaged);
    await expectRefused(text.replace(/\{"row":.*\n/, ''), damaged);
    await expectRefused(text.replace('"body":"', '"body":'), damaged);
    const zipped = gzipSync(text);
    zipped.writeUInt8(zipped.readUInt8(zipped.length >> 1) ^ 0xff, zipped.length >> 1);
    await expectRefused(zipped, { code: 1, error: /is damaged/ });
  });

  test('npm run import refuses a file without its end', async () => {
    const text = await readFile(file, 'utf8');
    const cut = { code: 1, error: /is incomplete: its end is missing\.$/ };
    await expectRefused(text.slice(0, text.length >> 1), cut);
    await expectRefused(text.slice(0, -20), cut);
    await expectRefused(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1), cut);
    const zipped = gzipSync(text);
    await expectRefused(zipped.subarray(0, zipped.length >> 1), cut);
  });

  test.each([
    [''],
    ['hello'],
    ['{"a":1}\n'],
    ['null\n'],
    [Buffer.from([0, 255, 10, 0])],
    [gzipSync('hello')],
  ])('npm run import refuses a file that is not an export: %j', (content) =>
    expectRefused(content, { code: 2, error: /was not written by npm run export\.$/ }),
  );

  test('npm run import refuses a file of an unknown format version', async () => {
    const text = (await readFile(file, 'utf8')).replace('"format":1', '"format":2');
    await expectRefused(text, { code: 1, error: /has format 2; this version of Changeroom reads 1\.$/ });
  });

  test('npm run import keeps rows that were changed in the database, reports them, and replaces them with --overwrite', async () => {
    await move('import', to, file);
    const messages = r.table('messages');
    await messages.get(idOfMessage(5)).update({ body: 'newer' }).run(to.connection);
    await messages.insert({ id: 'own', room: 'lobby', body: 'not in the file' }).run(to.connection);

    const kept = await move('import', to, file);
    expect(kept).toMatchObject({ code: 1, error: 'The database does not have all rows of the file.' });
    expect(kept.out).toMatch(
      /^messages: 1 row different from the file, kept \(see --overwrite\); 1 row that the file does not have$/m,
    );
    expect(await messages.get(idOfMessage(5))('body').run(to.connection)).toBe('newer');

    const replaced = await move('import', to, file, '--overwrite');
    expect(replaced).toMatchObject({ code: 0, error: '' });
    expect(replaced.out).toMatch(
      /^messages: 3,000 rows, all as in the file; 1 row that the file does not have$/m,
    );
    await messages.get('own').delete().run(to.connection);
    await expectEqual(from.connection, to.connection);
  });

  test('npm run import refuses a table that has another primary key in the database', async () => {
    await r.dbCreate(to.db).run(to.connection);
    await r.tableCreate('notes').run(to.connection);
    expect(await move('import', to, file)).toMatchObject({
      code: 1,
      error: 'The table notes has the primary key id in the database, and key in the file.',
    });
    expect(await r.table('messages').count().run(to.connection)).toBe(0);
  });

  test.each([[[]], [['--help']], [['a', 'b']], [['']]])(
    'npm run import prints its usage for wrong arguments: %j',
    async (args) => {
      const usage = { code: 2, out: '', error: expect.stringMatching(/^Usage: npm run import -- FILE/) };
      expect(await move('import', to, ...args)).toEqual(usage);
    },
  );

  test('npm run import ends with 2 when the file does not exist', async () => {
    const missing = places.file('ndjson');
    const error = `There is no file ${missing}.`;
    expect(await move('import', to, missing)).toEqual({ code: 2, out: '', error });
  });
});
