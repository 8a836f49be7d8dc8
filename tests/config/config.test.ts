import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config/config.js';
import { ConfigError } from '../../server/config/config-error.js';
import { databaseAddress, placeOf } from '../../server/config/database-url.js';
import { settings } from '../../server/config/settings.js';

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
      instances: 1,
      redis: null,
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

  test.each([
    ['1048576', 1024 ** 2],
    ['500MB', 500 * 1024 ** 2],
    ['1.5 gb', 1.5 * 1024 ** 3],
    ['2TB', 2 * 1024 ** 4],
  ])('takes %j as a number of bytes', (DATA_LIMIT, bytes) => {
    expect(readConfig({ DATA_LIMIT }).embedded.dataLimitBytes).toBe(bytes);
  });

  test.each(['much', '5 G', '-5GB', '5e9', '1000', '0.5MB', '5GBB'])(
    'refuses the limit of data %j',
    (DATA_LIMIT) => {
      expect(faults({ DATA_LIMIT })).toEqual([expect.stringMatching(/^DATA_LIMIT must be /)]);
    },
  );

  test('never repeats a value, which may be a secret', () => {
    const listed = faults({ SESSION_SECRET: 'hunter2', RETHINKDB_URL: 'redis://:hunter2@db' });
    expect(listed).toHaveLength(2);
    expect(listed.join()).not.toContain('hunter2');
  });
});

describe('the address of a database', () => {
  test('has defaults for all but the host', () => {
    expect(databaseAddress('rethinkdb://db.example')).toEqual({
      hosts: [{ host: 'db.example', port: 28015 }],
      db: 'changeroom',
      user: 'admin',
      password: '',
      tls: null,
    });
  });

  test('may say everything, with escapes', () => {
    expect(databaseAddress('rethinkdbs://me%40here:p%3Aw%2F@[::1]:4000/talk', 'PEM')).toEqual({
      hosts: [{ host: '::1', port: 4000 }],
      db: 'talk',
      user: 'me@here',
      password: 'p:w/',
      tls: { ca: 'PEM' },
    });
  });

  test('may list several hosts, each with its port or without', () => {
    const address = databaseAddress('rethinkdb://me:pw@a:28015,b.example,[2001:db8::7]:28017,[::1]/talk');
    expect(address).toMatchObject({ db: 'talk', user: 'me', password: 'pw' });
    expect(address.hosts).toEqual([
      { host: 'a', port: 28015 },
      { host: 'b.example', port: 28015 },
      { host: '2001:db8::7', port: 28017 },
      { host: '::1', port: 28015 },
    ]);
    expect(placeOf(...address.hosts)).toBe('a:28015,b.example:28015,[2001:db8::7]:28017,[::1]:28015');
  });

  test.each(['a:28015,', ',a', 'a,,b', 'a:x,b', 'a,b:99999', '2001:db8::7,b', 'a b,c'])(
    'is refused with the hosts %j, without showing the password',
    (hosts) => {
      const [fault, ...more] = faults({ RETHINKDB_URL: `rethinkdb://me:hunter2@${hosts}/talk` });
      expect(fault).toMatch(/^RETHINKDB_URL/);
      expect(fault).not.toContain('hunter2');
      expect(more).toEqual([]);
    },
  );

  test('comes with a number of replicas, which the embedded database does not take', () => {
    const RETHINKDB_URL = 'rethinkdb://a,b,c';
    expect(readConfig({ RETHINKDB_URL }).replicas).toBeNull();
    expect(readConfig({ RETHINKDB_URL, RETHINKDB_REPLICAS: '5' }).replicas).toBe(5);
    expect(faults({ RETHINKDB_URL, RETHINKDB_REPLICAS: '0' })).toEqual([
      'RETHINKDB_REPLICAS must be from 1 to 64',
    ]);
    expect(faults({ RETHINKDB_REPLICAS: '3' })).toEqual([
      'RETHINKDB_REPLICAS is set, but has no effect without RETHINKDB_URL',
    ]);
  });

  test('is refused with a database name that RethinkDB would not take, beside other faults', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://db/one/two', PORT: 'x' })).toHaveLength(2);
  });

  test('is refused, not crashed on, with an escape that means nothing', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://a:%ff@db' })).toHaveLength(1);
  });
});

describe('several processes', () => {
  const REDIS_URL = 'rediss://:secret@redis.example:6380/2';

  test('share a Redis', () => {
    expect(readConfig({ INSTANCES: '4', REDIS_URL })).toMatchObject({
      instances: 4,
      redis: { url: REDIS_URL, key: 'changeroom' },
    });
    const url = 'redis://redis.example';
    expect(readConfig({ REDIS_URL: url, REDIS_KEY: 'chat' }).redis).toEqual({ url, key: 'chat' });
  });

  test('verify its certificate, unless told not to', () => {
    const REDIS_CA = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----';
    const tls = (env: Record<string, string>) => readConfig({ REDIS_URL, ...env }).redis?.tls;
    expect(tls({})).toEqual({ verify: true });
    expect(tls({ REDIS_TLS_VERIFY: 'false' })).toEqual({ verify: false });
    expect(tls({ REDIS_CA })).toEqual({ verify: true, ca: REDIS_CA.replaceAll('\\n', '\n') });
    expect(faults({ REDIS_URL, REDIS_CA: 'MIIB' })).toEqual([
      'REDIS_CA must be PEM text, with -----BEGIN CERTIFICATE-----',
    ]);
    expect(faults({ REDIS_URL, REDIS_CA, REDIS_TLS_VERIFY: 'false' })).toEqual([
      'REDIS_CA is set, but means nothing with REDIS_TLS_VERIFY=false',
    ]);
    expect(faults({ REDIS_URL: 'redis://redis.example', REDIS_CA, RETHINKDB_CA: REDIS_CA })).toEqual([
      'RETHINKDB_CA is set, but means nothing without a RETHINKDB_URL that begins with rethinkdbs://',
      'REDIS_CA is set, but means nothing without a REDIS_URL that begins with rediss://',
    ]);
  });

  test('are refused without one, with what to set', () => {
    expect(faults({ INSTANCES: '2', PORT: 'x' })).toEqual([
      'PORT must be a whole number',
      'INSTANCES above 1 needs REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379',
    ]);
    expect(faults({ INSTANCES: '1' })).toEqual([]);
  });

  test.each(['0', '65', '-2', '1.5', 'many'])('are refused as INSTANCES=%s', (INSTANCES) => {
    expect(faults({ INSTANCES, REDIS_URL })).toHaveLength(1);
  });

  test.each(['redis.example:6379', 'http://:secret@redis.example', 'redis://:secret@redis.example/zero'])(
    'are refused with REDIS_URL=%s',
    (REDIS_URL) => {
      const found = faults({ REDIS_URL });
      expect(found).toEqual([expect.stringMatching(/^REDIS_URL/)]);
      expect(found.join()).not.toContain('secret');
    },
  );
});

describe('the ways of telling visitors apart', () => {
  test('begin with guests', () => {
    expect(readConfig({}).auth).toEqual({ mode: 'guest' });
  });

  test('know where an Auth0 tenant has its keys', () => {
    const env = { AUTH: 'jwt', AUTH0_API_DOMAIN: 'Example.eu.auth0.com', AUTH_AUDIENCE: 'https://chat' };
    expect(readConfig(env).auth).toEqual({
      mode: 'jwt',
      issuer: 'https://example.eu.auth0.com/',
      jwksUrl: 'https://example.eu.auth0.com/.well-known/jwks.json',
      audience: 'https://chat',
    });
  });

  test.each(['https://id.example/realm', 'https://id.example/realm/'])(
    'take any other issuer, %s',
    (AUTH_ISSUER) => {
      const env = { AUTH: 'jwt', AUTH_ISSUER, AUTH_AUDIENCE: 'chat' };
      expect(readConfig(env).auth).toMatchObject({
        issuer: AUTH_ISSUER,
        jwksUrl: 'https://id.example/realm/.well-known/jwks.json',
      });
      const AUTH_JWKS_URL = 'http://keys.internal/certs?x=1';
      expect(readConfig({ ...env, AUTH_JWKS_URL }).auth).toMatchObject({ jwksUrl: AUTH_JWKS_URL });
    },
  );

  test('take an accounts service', () => {
    const env = { AUTH: 'accounts', AUTH_SERVER: 'https://accounts.example/v1/me' };
    expect(readConfig(env).auth).toEqual({ mode: 'accounts', server: env.AUTH_SERVER });
  });

  test('are refused incomplete, with all that is missing', () => {
    expect(faults({ AUTH: 'jwt', PORT: 'x' })).toEqual([
      'PORT must be a whole number',
      'AUTH=jwt needs AUTH0_API_DOMAIN or AUTH_ISSUER',
      'AUTH=jwt needs AUTH_AUDIENCE',
    ]);
    expect(faults({ AUTH: 'accounts' })).toEqual(['AUTH=accounts needs AUTH_SERVER']);
  });

  test('are refused with settings of another way, which would leave a server open that was meant to be closed', () => {
    expect(faults({ AUTH0_API_DOMAIN: 'a.example', AUTH_SERVER: 'https://b.example' })).toEqual([
      'AUTH0_API_DOMAIN is set, but means nothing without AUTH=jwt',
      'AUTH_SERVER is set, but means nothing without AUTH=accounts',
    ]);
  });

  test('are refused with two issuers', () => {
    const env = { AUTH: 'jwt', AUTH_AUDIENCE: 'chat' };
    const both = { ...env, AUTH0_API_DOMAIN: 'a.example', AUTH_ISSUER: 'https://b.example' };
    expect(faults(both)).toEqual(['AUTH0_API_DOMAIN and AUTH_ISSUER exclude each other']);
  });

  test.each([
    ['AUTH', 'oauth'],
    ['AUTH0_API_DOMAIN', 'https://example.auth0.com'],
    ['AUTH0_API_DOMAIN', 'example.auth0.com/evil'],
    ['AUTH_ISSUER', 'ftp://id.example'],
    ['AUTH_ISSUER', 'id.example'],
    ['AUTH_JWKS_URL', 'https://me:hunter2@id.example'],
    ['AUTH_SERVER', 'https://id.example/#me'],
    ['SECRET_FOR_SUMMARY', 'short'],
    ['SECRET_FOR_FLUSHING', 'a secret of several words'],
  ])('are refused with %s=%s', (name, value) => {
    const [fault, ...more] = faults({ AUTH: wayOf(name), [name]: value }).filter((one) =>
      one.startsWith(`${name} must`),
    );
    expect(fault).not.toContain(value);
    expect(more).toEqual([]);
  });

  const wayOf = (name: string) =>
    name === 'AUTH_SERVER' ? 'accounts' : name.includes('SECRET') ? '' : 'jwt';
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
