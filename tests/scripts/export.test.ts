import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { fillChat } from './chat-to-move.js';
import { move, startMove } from './move-command.js';
import { type Kind, type Place, Places } from './move-places.js';

describe('npm run export', () => {
  const kind: Kind = process.env.RETHINKDB_URL ? 'server' : 'embedded';
  let places: Places;
  let from: Place;
  let file: string;
  let proxy: TcpProxy;
  beforeAll(async () => {
    places = await Places.open();
    from = await places.add('from', kind);
    await fillChat(from.connection, from.db);
    proxy = await startTcpProxy(from.port);
  });
  beforeEach(async () => {
    file = path.join(await mkdtemp(path.join(places.folder, 'export-')), 'chat.ndjson');
    proxy.mend();
  });
  afterAll(async () => {
    await proxy.stop();
    await places.close();
  });
  const files = () => readdir(path.dirname(file));

  /** Starts an export that has written the messages and waits for the users. */
  async function startInterrupted() {
    const ordered = '[41,[[15,["users"]';
    const caught = proxy.holdAnswersTo(ordered);
    const started = startMove('export', { ...from, host: '127.0.0.1', port: proxy.port }, file);
    await caught;
    await until('something is written', async () => (await files()).length > 0);
    return started;
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('npm run export leaves no file after %s', async (signal, code) => {
    const { child, outcome } = await startInterrupted();
    child.kill(signal);
    expect(await outcome).toMatchObject({ code, error: 'Interrupted. No file was written.' });
    expect(await files()).toEqual([]);
  });

  test('npm run export leaves no file when the connection to the database is lost', async () => {
    const { outcome } = await startInterrupted();
    proxy.cut();
    const { code, error } = await outcome;
    expect({ code, lines: error.split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(error).toBe('The connection to the database was lost. Try again.');
    expect(await files()).toEqual([]);
  });

  test('npm run export leaves only a partial file after SIGKILL, and succeeds when it is repeated', async () => {
    const { child, outcome } = await startInterrupted();
    child.kill('SIGKILL');
    await outcome;
    expect(await files()).toEqual(['chat.ndjson.partial']);
    expect(await move('export', from, file)).toMatchObject({ code: 0 });
    expect(await files()).toEqual(['chat.ndjson']);
  });

  test('npm run export does not overwrite a file', async () => {
    await writeFile(file, 'precious');
    const error = `${file} exists already. Choose another name.`;
    expect(await move('export', from, file)).toEqual({ code: 2, out: '', error });
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  test('npm run export ends with 1 when the database or the folder does not exist', async () => {
    const absent = await move('export', { ...from, db: 'nothing_here' }, file);
    expect(absent).toMatchObject({ code: 1, out: '' });
    expect(absent.error).toBe(`Database \`nothing_here\` does not exist.`);
    const { code, error } = await move('export', from, path.join(file, 'deeper'));
    expect({ code, error }).toEqual({ code: 1, error: expect.stringMatching(/^ENOENT/) });
    expect(await files()).toEqual([]);
  });

  test.each([[[]], [['--help']], [['a', 'b']]])(
    'npm run export prints its usage for wrong arguments: %j',
    async (args) => {
      const usage = { code: 2, out: '', error: expect.stringMatching(/^Usage: npm run export -- FILE/) };
      expect(await move('export', from, ...args)).toEqual(usage);
    },
  );
});
