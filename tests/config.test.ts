import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, databaseAddress, readConfig, settings } from '../server/config.js';

/** The faults that an environment is refused for. */
function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      port: 5000,
      database: null,
      dataDir: path.resolve('data'),
      embedded: { port: 28015 },
      sessionSecret: null,
      shutdownMs: 25_000,
    });
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', RETHINKDB_URL: '' })).toEqual(readConfig({}));
  });

  test('lists all faults at once, each with the name of its variable', () => {
    const listed = faults({ PORT: 'many', LOG: 'loud', RETHINKDB_URL: 'http://db', SHUTDOWN_SECONDS: '0' });
    expect(listed).toEqual([
      'PORT must be a whole number',
      'LOG must be one of silent, fatal, error, warn, info, debug, trace',
      'RETHINKDB_URL must be an address that begins with rethinkdb:// or rethinkdbs://',
      'SHUTDOWN_SECONDS must be from 1 to 600',
    ]);
  });

  test.each(['-1', '65536', '80.5', '0x50', '1e3', ' '])('refuses the port %j', (PORT) => {
    expect(faults({ PORT })).toHaveLength(1);
  });

  test('never repeats a value, which may be a secret', () => {
    const listed = faults({ SESSION_SECRET: 'hunter2', RETHINKDB_URL: 'redis://:hunter2@db' });
    expect(listed).toHaveLength(2);
    expect(listed.join()).not.toContain('hunter2');
  });
});

describe('the address of a database', () => {
  test('has defaults for all but the host', () => {
    expect(databaseAddress('rethinkdb://db.example')).toEqual({
      host: 'db.example',
      port: 28015,
      db: 'changeroom',
      user: 'admin',
      password: '',
      tls: null,
    });
  });

  test('may say everything, with escapes', () => {
    expect(databaseAddress('rethinkdbs://me%40here:p%3Aw%2F@[::1]:4000/talk', 'PEM')).toEqual({
      host: '::1',
      port: 4000,
      db: 'talk',
      user: 'me@here',
      password: 'p:w/',
      tls: { ca: 'PEM' },
    });
  });

  test('is refused with a database name that RethinkDB would not take, beside other faults', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://db/one/two', PORT: 'x' })).toHaveLength(2);
  });

  test('is refused, not crashed on, with an escape that means nothing', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://a:%ff@db' })).toHaveLength(1);
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync('docs/configuration.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (.*?) *\| (.*?) *\|$/gm)];
  const plain = (text: string) => text.replaceAll('`', '').replaceAll('’', "'");

  test('lists every setting, in order', () => {
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(settings));
  });

  test.each(Object.entries(settings))('says of %s what the source says', (name, setting) => {
    const [, , fallback = '', meaning = ''] = rows.find((row) => row[1] === name) ?? [];
    const { success, data } = setting.safeParse(undefined);
    expect(plain(fallback)).toBe(String((success && data) ?? ''));
    expect(plain(meaning)).toBe(plain(setting.description ?? ''));
  });
});
