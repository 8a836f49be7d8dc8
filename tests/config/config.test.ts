import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { aliases } from '../../server/config/alternative-names.js';
import { readConfig } from '../../server/config/config.js';
import { ConfigError } from '../../server/config/config-error.js';
import { databaseAddress, placeOf } from '../../server/config/database-url.js';
import { settings } from '../../server/config/settings.js';

/** The faults of a configuration; empty for a valid one. */
function faults(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  test('readConfig has a default for every setting', () => {
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

  test('an empty variable counts as not set', () => {
    expect(readConfig({ PORT: '', RETHINKDB_URL: '' })).toEqual(readConfig({}));
  });

  test('all faults are listed at once, each with the name of its setting', () => {
    const listed = faults({
      PORT: 'many',
      LOG_LEVEL: 'loud',
      RETHINKDB_URL: 'http://db',
      SHUTDOWN_SECONDS: '0',
    });
    expect(listed).toEqual([
      'PORT must be a whole number',
      'LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace',
      'SHUTDOWN_SECONDS must be from 1 to 600',
      'RETHINKDB_URL must be a URL that begins with rethinkdb:// or rethinkdbs://',
    ]);
  });

  test.each(['-1', '65536', '80.5', '0x50', '1e3', ' '])('the port %j is rejected', (PORT) => {
    expect(faults({ PORT })).toHaveLength(1);
  });

  test.each([
    ['1048576', 1024 ** 2],
    ['500MB', 500 * 1024 ** 2],
    ['1.5 gb', 1.5 * 1024 ** 3],
    ['2TB', 2 * 1024 ** 4],
  ])('DATA_LIMIT=%s is parsed as a number of bytes', (DATA_LIMIT, bytes) => {
    expect(readConfig({ DATA_LIMIT }).embedded.dataLimitBytes).toBe(bytes);
  });

  test.each(['much', '5 G', '-5GB', '5e9', '1000', '0.5MB', '5GBB'])(
    'DATA_LIMIT=%s is rejected',
    (DATA_LIMIT) => {
      expect(faults({ DATA_LIMIT })).toEqual([expect.stringMatching(/^DATA_LIMIT must be /)]);
    },
  );

  test('the messages of faults do not contain values, which may be secrets', () => {
    const listed = faults({ SESSION_SECRET: 'hunter2', RETHINKDB_URL: 'redis://:hunter2@db' });
    expect(listed).toHaveLength(2);
    expect(listed.join()).not.toContain('hunter2');
  });
});

describe('RETHINKDB_URL', () => {
  test('a database URL needs only a host', () => {
    expect(databaseAddress('rethinkdb://db.example')).toEqual({
      hosts: [{ host: 'db.example', port: 28015 }],
      db: 'changeroom',
      user: 'admin',
      password: '',
      tls: null,
    });
  });

  test('a database URL may contain user, password, port, database and percent-encoded characters', () => {
    expect(databaseAddress('rethinkdbs://me%40here:p%3Aw%2F@[::1]:4000/talk', 'PEM')).toEqual({
      hosts: [{ host: '::1', port: 4000 }],
      db: 'talk',
      user: 'me@here',
      password: 'p:w/',
      tls: { ca: 'PEM' },
    });
  });

  test('a database URL may list several hosts, with or without ports', () => {
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
    'a database URL with the hosts %j is rejected without showing the password',
    (hosts) => {
      const [fault, ...more] = faults({ RETHINKDB_URL: `rethinkdb://me:hunter2@${hosts}/talk` });
      expect(fault).toMatch(/^RETHINKDB_URL/);
      expect(fault).not.toContain('hunter2');
      expect(more).toEqual([]);
    },
  );

  test('RETHINKDB_REPLICAS is accepted only with RETHINKDB_URL', () => {
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

  test('an invalid database name is reported together with other faults', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://db/one/two', PORT: 'x' })).toHaveLength(2);
  });

  test('a database URL with an invalid percent-encoding is rejected', () => {
    expect(faults({ RETHINKDB_URL: 'rethinkdb://a:%ff@db' })).toHaveLength(1);
  });
});

describe('INSTANCES and REDIS_URL', () => {
  const REDIS_URL = 'rediss://:secret@redis.example:6380/2';

  test('several processes share the Redis server of REDIS_URL', () => {
    expect(readConfig({ INSTANCES: '4', REDIS_URL })).toMatchObject({
      instances: 4,
      redis: { url: REDIS_URL, keyPrefix: 'changeroom' },
    });
    const url = 'redis://redis.example';
    expect(readConfig({ REDIS_URL: url, REDIS_KEY_PREFIX: 'chat' }).redis).toEqual({
      url,
      keyPrefix: 'chat',
    });
  });

  test('the certificate of Redis is verified unless REDIS_TLS_VERIFY is false', () => {
    const REDIS_CA = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----';
    const tls = (env: Record<string, string>) => readConfig({ REDIS_URL, ...env }).redis?.tls;
    expect(tls({})).toEqual({ verify: true });
    expect(tls({ REDIS_TLS_VERIFY: 'false' })).toEqual({ verify: false });
    expect(tls({ REDIS_CA })).toEqual({ verify: true, ca: REDIS_CA.replaceAll('\\n', '\n') });
    expect(faults({ REDIS_URL, REDIS_CA: 'MIIB' })).toEqual([
      'REDIS_CA must be PEM text that contains -----BEGIN CERTIFICATE-----',
    ]);
    expect(faults({ REDIS_URL, REDIS_CA, REDIS_TLS_VERIFY: 'false' })).toEqual([
      'REDIS_CA is set, but has no effect with REDIS_TLS_VERIFY=false',
    ]);
    expect(faults({ REDIS_URL: 'redis://redis.example', REDIS_CA, RETHINKDB_CA: REDIS_CA })).toEqual([
      'RETHINKDB_CA is set, but has no effect without a RETHINKDB_URL that begins with rethinkdbs://',
      'REDIS_CA is set, but has no effect without a REDIS_URL that begins with rediss://',
    ]);
  });

  test('several processes without REDIS_URL are rejected with the setting to change', () => {
    expect(faults({ INSTANCES: '2', PORT: 'x' })).toEqual([
      'PORT must be a whole number',
      'INSTANCES above 1 requires REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379',
    ]);
    expect(faults({ INSTANCES: '1' })).toEqual([]);
  });

  test.each(['0', '65', '-2', '1.5', 'many'])('INSTANCES=%s is rejected', (INSTANCES) => {
    expect(faults({ INSTANCES, REDIS_URL })).toHaveLength(1);
  });

  test.each(['redis.example:6379', 'http://:secret@redis.example', 'redis://:secret@redis.example/zero'])(
    'REDIS_URL=%s is rejected without showing the password',
    (REDIS_URL) => {
      const found = faults({ REDIS_URL });
      expect(found).toEqual([expect.stringMatching(/^REDIS_URL/)]);
      expect(found.join()).not.toContain('secret');
    },
  );
});

describe('AUTH', () => {
  test('users are guests by default', () => {
    expect(readConfig({}).auth).toEqual({ mode: 'guest' });
  });

  test('AUTH0_API_DOMAIN determines issuer and key set', () => {
    const env = { AUTH: 'jwt', AUTH0_API_DOMAIN: 'Example.eu.auth0.com', AUTH_AUDIENCE: 'https://chat' };
    expect(readConfig(env).auth).toEqual({
      mode: 'jwt',
      issuer: 'https://example.eu.auth0.com/',
      jwksUrl: 'https://example.eu.auth0.com/.well-known/jwks.json',
      audience: 'https://chat',
      login: null,
    });
  });

  test.each(['https://id.example/realm', 'https://id.example/realm/'])(
    'AUTH_ISSUER=%s determines the key set, which AUTH_JWKS_URL replaces',
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

  test('AUTH=accounts uses the accounts service at AUTH_SERVER', () => {
    const env = { AUTH: 'accounts', AUTH_SERVER: 'https://accounts.example/v1/me' };
    expect(readConfig(env).auth).toEqual({ mode: 'accounts', server: env.AUTH_SERVER, login: null });
  });

  test('all missing settings of an authentication mode are listed', () => {
    expect(faults({ AUTH: 'jwt', PORT: 'x' })).toEqual([
      'PORT must be a whole number',
      'AUTH=jwt requires AUTH0_API_DOMAIN or AUTH_ISSUER',
      'AUTH=jwt requires AUTH_AUDIENCE or OIDC_CLIENT_ID',
    ]);
    expect(faults({ AUTH: 'accounts' })).toEqual(['AUTH=accounts requires AUTH_SERVER']);
  });

  test('settings of another authentication mode are rejected, as the operator would believe the server to be protected', () => {
    expect(
      faults({ AUTH: 'guest', AUTH0_API_DOMAIN: 'a.example', AUTH_SERVER: 'https://b.example' }),
    ).toEqual([
      'AUTH0_API_DOMAIN is set, but has no effect without AUTH=jwt',
      'AUTH_SERVER is set, but has no effect without AUTH=accounts',
    ]);
  });

  test('with OIDC_CLIENT_ID visitors sign in at the issuer, and its discovery document names the key set', () => {
    const env = { AUTH: 'jwt', AUTH_ISSUER: 'https://id.example/realm', OIDC_CLIENT_ID: 'chat' };
    expect(readConfig(env).auth).toEqual({
      mode: 'jwt',
      issuer: 'https://id.example/realm',
      jwksUrl: null,
      audience: null,
      login: {
        kind: 'oidc',
        clientId: 'chat',
        clientSecret: null,
        scopes: null,
        prompt: null,
        audience: null,
      },
    });
    const more = { OIDC_CLIENT_SECRET: 's', OIDC_SCOPES: 'openid email', OIDC_PROMPT: 'consent' };
    expect(readConfig({ ...env, ...more }).auth).toMatchObject({
      login: { clientSecret: 's', scopes: 'openid email', prompt: 'consent' },
    });
  });

  test.each([
    [{ AUTH0_API_DOMAIN: 'a.example' }, 'chat-api', { parameter: 'audience', value: 'chat-api' }],
    [{ AUTH_ISSUER: 'https://a.example' }, 'https://api', { parameter: 'resource', value: 'https://api' }],
    [{ AUTH_ISSUER: 'https://a.example' }, 'chat-api', null],
  ])('with %j a login requests the audience %s as %j', (issuer, AUTH_AUDIENCE, audience) => {
    const { auth } = readConfig({ AUTH: 'jwt', OIDC_CLIENT_ID: 'chat', AUTH_AUDIENCE, ...issuer });
    expect(auth).toMatchObject({ audience: AUTH_AUDIENCE, login: { audience } });
  });

  test('LOGIN_URL is a login page for tokens of both kinds', () => {
    const LOGIN_URL = 'https://login.example/?app=chat';
    const accounts = { AUTH: 'accounts', AUTH_SERVER: 'https://accounts.example', LOGIN_URL };
    const jwt = { AUTH: 'jwt', AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'chat', LOGIN_URL };
    for (const env of [accounts, jwt])
      expect(readConfig(env).auth).toMatchObject({ login: { kind: 'page', url: LOGIN_URL } });
    expect(faults({ ...jwt, OIDC_CLIENT_ID: 'chat' })).toEqual([
      'OIDC_CLIENT_ID and LOGIN_URL exclude each other',
    ]);
    expect(faults({ LOGIN_URL })).toEqual([
      'LOGIN_URL is set, but has no effect without AUTH=jwt or AUTH=accounts',
    ]);
    expect(faults({ ...accounts, LOGIN_URL: '', OIDC_CLIENT_ID: 'chat' })).toEqual([
      'OIDC_CLIENT_ID is set, but has no effect without AUTH=jwt',
    ]);
    expect(faults({ ...jwt, OIDC_CLIENT_SECRET: 'hunter2' })).toEqual([
      'OIDC_CLIENT_SECRET is set, but has no effect without OIDC_CLIENT_ID',
    ]);
  });

  test('AUTH0_API_DOMAIN and AUTH_ISSUER exclude each other', () => {
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
    ['PRESENCE_SUMMARY_TOKEN', 'short'],
    ['PRESENCE_FLUSH_TOKEN', 'a secret of several words'],
  ])('%s=%s is rejected without showing the value', (name, value) => {
    const [fault, ...more] = faults({ AUTH: modeOf(name), [name]: value }).filter((one) =>
      one.startsWith(`${name} must`),
    );
    expect(fault).not.toContain(value);
    expect(more).toEqual([]);
  });

  const modeOf = (name: string) =>
    name === 'AUTH_SERVER' ? 'accounts' : name.startsWith('PRESENCE') ? '' : 'jwt';
});

describe('alternative names of settings', () => {
  test.each(Object.entries(aliases))('%s is accepted', (alias, { setting, isDeprecated }) => {
    const value = { HOST: '::1', LOG_LEVEL: 'warn' }[setting as string] ?? 'a-value-of-20-letters';
    const complete = { REDIS_URL: 'redis://localhost', AMQP_URL: 'amqp://localhost' };
    const { warnings, ...config } = readConfig({ ...complete, [alias]: value });
    expect({ ...config, warnings: [] }).toEqual(readConfig({ ...complete, [setting]: value }));
    expect(config).not.toEqual({ ...readConfig(complete), warnings: undefined });
    expect(JSON.stringify(config)).toContain(value);
    expect(warnings).toEqual(
      isDeprecated ? [`the setting ${alias} is deprecated: use ${setting} instead`] : [],
    );
  });

  test('no setting and no alias have the same name', () => {
    expect(Object.keys(aliases).filter((name) => name in settings)).toEqual([]);
  });

  test('two names of one setting with the same value are accepted', () => {
    expect(readConfig({ HOST: '::1', INTERFACE: '::1' }).host).toBe('::1');
  });

  test('two names of one setting with different values are rejected', () => {
    expect(faults({ AMQP_REPLY_QUEUE: 'one', AMQP_QUEUE: 'two' })).toEqual([
      'AMQP_REPLY_QUEUE and AMQP_QUEUE are one setting, but have different values: remove AMQP_QUEUE',
    ]);
  });

  test('an empty setting does not hide its alias', () => {
    expect(readConfig({ HOST: '', INTERFACE: '::1' }).host).toBe('::1');
  });

  test('a fault of a value that was set by an alias contains the alias', () => {
    expect(faults({ LOG: 'loud' })).toEqual([
      'LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace (set as LOG)',
    ]);
  });
});
