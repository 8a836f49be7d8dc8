import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { expectEqual, fillChat, idOfMessage, MESSAGES, rowsIn } from './chat-to-move.js';
import { move, startMove } from './move-command.js';
import { type Kind, type Place, Places } from './move-places.js';

const routes: [Kind, Kind][] = [['embedded', 'embedded']];
if (process.env.RETHINKDB_URL)
  routes.push(['embedded', 'server'], ['server', 'embedded'], ['server', 'server']);

describe.each(routes)('a chat moved from %s to %s', (source, target) => {
  let places: Places;
  let from: Place;
  let to: Place;
  let file: string;
  beforeAll(async () => {
    places = await Places.open();
    from = await places.add('from', source);
    await fillChat(from.connection, from.db);
    file = places.file('ndjson.gz');
    expect(await move('export', from, file)).toMatchObject({ code: 0, error: '' });
  });
  beforeEach(async () => {
    to = await places.add('to', target);
  });
  afterAll(() => places.close());

  test('an imported chat has the same rows and the same schema', async () => {
    const { code, out, error } = await move('import', to, file);
    expect({ code, error: source === target ? error : '' }).toEqual({ code: 0, error: '' });
    expect(out).toContain(`messages: ${MESSAGES.toLocaleString('en')} rows written`);
    await expectEqual(from.connection, to.connection);

    for (const table of ['nodes', 'sessions']) expect(await rowsIn(to.connection, table)).toEqual([]);
    expect(await r.table('messages').indexList().run(to.connection)).toContain('room_sent');
    const hook = await r.table('messages').getWriteHook().run(to.connection);
    expect(hook?.query).toContain('changeroom messages hook');
    await r.table('messages').insert({ id: 'new', room: 'lobby', body: 'hi' }).run(to.connection);
    const row = await r.table('messages').get('new').run(to.connection);
    expect(row).toMatchObject({ author: { name: 'anonymous' }, kind: 'message', sent: expect.any(Date) });
  });

  if (source === target) {
    test('an import keeps the indexes and write hooks of other programs', async () => {
      expect(await move('import', to, file)).toMatchObject({ code: 0, error: '' });
      const messages = r.table('messages');
      for (const [index, key] of [
        ['by_author', 'user 3'],
        ['tags', 't4'],
      ] as const) {
        const count = messages.getAll(key, { index }).count();
        expect(await count.run(to.connection)).toBe(await count.run(from.connection));
      }
      await r.table('notes').insert({ key: 'new' }).run(to.connection);
      expect(await r.table('notes').get('new').run(to.connection)).toEqual({ key: 'new', stamped: true });
    });
  } else {
    test('an import lists the indexes and write hooks of other programs that were not moved', async () => {
      const { code, error } = await move('import', to, file);
      expect(code).toBe(0);
      expect(error).toMatch(/^The index by_author of messages was not moved\. It was made by indexCreate\(/m);
      expect(error).toMatch(/^The index tags of messages was not moved\./m);
      expect(error).toMatch(/^The write hook of notes was not moved\. It was made by setWriteHook\(/m);
      expect(await r.table('messages').indexList().run(to.connection)).toEqual(['command_sent', 'room_sent']);
    });
  }

  test('a chat is complete when its import is repeated after a kill and a lost connection', async () => {
    const proxy = await startTcpProxy(to.port);
    const broken = { ...to, host: '127.0.0.1', port: proxy.port };
    const caught = proxy.holdAnswersTo(idOfMessage(1_000));
    const killed = startMove('import', broken, file);
    await caught;
    killed.child.kill('SIGKILL');
    expect(await killed.outcome).toMatchObject({ code: null });

    const caughtAgain = proxy.holdAnswersTo(idOfMessage(2_000));
    const cut = startMove('import', broken, file);
    await caughtAgain;
    proxy.cut();
    expect(await cut.outcome).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^The connection to the database was lost\. Try again\.$/),
    });
    await proxy.stop();
    const part: number = await r.table('messages').count().run(to.connection);
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(MESSAGES);

    const { code, out } = await move('import', to, file);
    expect(code).toBe(0);
    expect(out).toMatch(/^messages: [\d,]+ rows written, [\d,]+ existed already$/m);
    await expectEqual(from.connection, to.connection);
    expect((await move('import', to, file)).out).toMatch(
      /^messages: 0 rows written, 3,000 existed already$/m,
    );
  });

  test('a chat that was imported exports the same rows again', async () => {
    expect(await move('import', to, file)).toMatchObject({ code: 0 });
    const back = places.file('ndjson');
    expect(await move('export', to, back)).toMatchObject({ code: 0 });
    const rows = (text: string) => text.split('\n').filter((line) => /^\{"rows?":/.test(line));
    expect(rows(await readFile(back, 'utf8'))).toEqual(rows(gunzipSync(await readFile(file)).toString()));
  });
});
