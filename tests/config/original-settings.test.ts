import { describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config/config.js';
import { ConfigError } from '../../server/config/config-error.js';

const warningsOf = (env: Record<string, string>) => readConfig(env).warnings;

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('REDIS_SERVER and REDIS_PORT', () => {
  test.each([
    [{ REDIS_SERVER: 'cache' }, 'redis://cache'],
    [{ REDIS_PORT: '6380' }, 'redis://127.0.0.1:6380'],
    [{ REDIS_SERVER: '::1', REDIS_PORT: '6379' }, 'redis://[::1]:6379'],
  ])('%o replaces REDIS_URL, with one warning', (env, url) => {
    const { redis, warnings } = readConfig({ ...env });
    expect(redis?.url).toBe(url);
    expect(warnings).toEqual([expect.stringMatching(/ deprecated: use REDIS_URL=\S+ instead$/)]);
    expect(warnings[0]).toContain(`REDIS_URL=${url} `);
  });

  test('REDIS_SERVER allows several processes', () => {
    expect(readConfig({ INSTANCES: '2', REDIS_SERVER: '127.0.0.1' }).instances).toBe(2);
  });

  test('REDIS_PORT of Kubernetes is not a setting', () => {
    const env = { REDIS_PORT: 'tcp://10.0.0.1:6379', REDIS_SERVICE_HOST: '10.0.0.1' };
    const more = { REDIS_PORT_6379_TCP: 'tcp://10.0.0.1:6379', REDIS_PORT_6379_TCP_ADDR: '10.0.0.1' };
    expect(readConfig({ ...env, ...more })).toEqual(readConfig({}));
  });

  test('REDIS_URL is accepted together with parts that agree with it', () => {
    const REDIS_URL = 'redis://Cache:6380/2';
    const { redis, warnings } = readConfig({ REDIS_URL, REDIS_SERVER: 'cache', REDIS_PORT: '6380' });
    expect(redis?.url).toBe(REDIS_URL);
    expect(warnings).toEqual([
      'the settings REDIS_SERVER and REDIS_PORT are deprecated: use REDIS_URL instead',
    ]);
    expect(readConfig({ REDIS_URL: 'redis://cache', REDIS_PORT: '6379' }).redis?.url).toBe('redis://cache');
  });

  test.each([
    [
      { REDIS_URL: 'redis://a', REDIS_SERVER: 'b' },
      'REDIS_URL and REDIS_SERVER have different values: remove REDIS_SERVER',
    ],
    [
      { REDIS_URL: 'redis://a', REDIS_PORT: '1' },
      'REDIS_URL and REDIS_PORT have different values: remove REDIS_PORT',
    ],
    [{ REDIS_SERVER: 'redis://cache:6379' }, 'REDIS_SERVER must be a host name or an IP address'],
    [{ REDIS_PORT: '70000' }, 'REDIS_PORT must be a number from 1 to 65535'],
  ])('%o is rejected', (env, fault) => {
    expect(faultsOf({ ...env })[0]).toBe(fault);
  });
});

describe('AMQP_SERVER and its relatives', () => {
  test('the settings of a broker make AMQP_URL, and the log does not contain the password', () => {
    const { amqp, warnings } = readConfig({
      AMQP_PROTOCOL: 'amqp',
      AMQP_SERVER: '127.0.0.1',
      AMQP_PORT: '5672',
      AMQP_USERNAME: 'challenge',
      AMQP_PASSWORD: 'challenge*20/20',
      AMQP_QUEUE: 'bot-jobsity-chat',
      AMQP_BOT_QUEUE_BOT: 'bot-jobsity-bot',
    });
    expect(amqp).toMatchObject({
      url: 'amqp://challenge:challenge*20%2F20@127.0.0.1:5672',
      commandQueue: 'bot-jobsity-bot',
      replyQueue: 'bot-jobsity-chat',
    });
    expect(warnings).toEqual([
      'the setting AMQP_BOT_QUEUE_BOT is deprecated: use AMQP_COMMAND_QUEUE instead',
      'the settings AMQP_PROTOCOL, AMQP_SERVER, AMQP_PORT, AMQP_USERNAME and AMQP_PASSWORD are deprecated: use AMQP_URL=amqp://challenge:PASSWORD@127.0.0.1:5672 instead',
    ]);
  });

  test('RABBITMQ_USERNAME and RABBITMQ_PASSWORD are percent-encoded in AMQP_URL', () => {
    const env = { RABBITMQ_USERNAME: 'services/realtime', RABBITMQ_PASSWORD: '1234' };
    expect(readConfig(env).amqp?.url).toBe('amqp://services%2Frealtime:1234@127.0.0.1');
  });

  test('AMQP_SERVER alone uses the user guest', () => {
    expect(readConfig({ AMQP_SERVER: 'broker' }).amqp?.url).toBe('amqp://guest:guest@broker');
  });

  test('a password alone starts no bots, because .env of docker compose contains it', () => {
    const { amqp, warnings } = readConfig({ AMQP_PASSWORD: 's3cret' });
    expect(amqp).toBeNull();
    expect(warnings).toEqual(['AMQP_PASSWORD has no effect without AMQP_URL']);
    expect(warningsOf({ AMQP_PASSWORD: 's3cret', AMQP_URL: 'amqp://broker' })).toEqual([]);
  });

  test.each<[Record<string, string>, string]>([
    [{ AMQP_SERVER: 'a', AMQP_PROTOCOL: 'http' }, 'AMQP_PROTOCOL must be amqp or amqps'],
    [{ AMQP_SERVER: 'a:5672', AMQP_PORT: 'x' }, 'AMQP_PORT must be a number from 1 to 65535'],
    [
      { AMQP_USERNAME: 'a', RABBITMQ_USERNAME: 'b' },
      'AMQP_USERNAME and RABBITMQ_USERNAME have different values: remove one of them',
    ],
    [
      { AMQP_URL: 'amqp://a:hunter2@broker', AMQP_SERVER: 'broker', AMQP_PASSWORD: 'hunter3' },
      'AMQP_URL and AMQP_PASSWORD have different values: remove AMQP_PASSWORD',
    ],
  ])('%o is rejected without showing a password', (env, fault) => {
    const faults = faultsOf(env);
    expect(faults).toContain(fault);
    expect(faults.join()).not.toContain('hunter');
  });
});

describe('other original settings', () => {
  test.each([
    ['http', 'debug'],
    ['verbose', 'debug'],
    ['silly', 'trace'],
  ])('LOG=%s sets LOG_LEVEL=%s', (LOG, level) => {
    const { log, warnings } = readConfig({ LOG });
    expect(log).toBe(level);
    expect(warnings).toEqual([`the setting LOG is deprecated: use LOG_LEVEL=${level} instead`]);
    expect(readConfig({ LOG, LOG_LEVEL: level }).log).toBe(level);
  });

  test('MONGODB_URI and ENV have no effect, and the log says so', () => {
    const warnings = warningsOf({ MONGODB_URI: 'mongodb://me:hunter2@db/chat', ENV: 'production' });
    expect(warnings).toEqual([
      'MONGODB_URI has no effect: messages are stored in RethinkDB (set RETHINKDB_URL), or without it in the embedded database',
      'ENV has no effect: use NODE_ENV=production or NODE_ENV=development instead',
    ]);
  });

  test('ENV of a POSIX shell is not a setting', () => {
    expect(warningsOf({ ENV: '/etc/shinit' })).toEqual([]);
  });

  test('AUTH_SERVER without AUTH selects AUTH=accounts', () => {
    const { auth, warnings } = readConfig({ AUTH_SERVER: 'https://accounts.example' });
    expect(auth).toEqual({ mode: 'accounts', server: 'https://accounts.example', login: null });
    expect(warnings).toEqual(['AUTH=accounts is assumed, because AUTH_SERVER is set']);
  });

  test('AUTH_SERVER with a comma in its host name is reported', () => {
    expect(warningsOf({ AUTH: 'accounts', AUTH_SERVER: 'https://accounts.jobsity,ikoabo.com' })).toEqual([
      'AUTH_SERVER has a comma in its host name: tokens cannot be checked there',
    ]);
  });

  test('AUTH0_API_DOMAIN without AUTH selects AUTH=jwt, which is never open for guests', () => {
    const AUTH0_API_DOMAIN = 'example.eu.auth0.com';
    expect(faultsOf({ AUTH0_API_DOMAIN })).toEqual(['AUTH=jwt requires AUTH_AUDIENCE or OIDC_CLIENT_ID']);
    expect(readConfig({ AUTH0_API_DOMAIN, AUTH_AUDIENCE: 'chat' }).auth.mode).toBe('jwt');
  });

  test('settings of two authentication modes without AUTH are rejected', () => {
    expect(faultsOf({ AUTH0_API_DOMAIN: 'a.example', AUTH_SERVER: 'https://b.example' })).toEqual([
      'AUTH must be set, because of AUTH0_API_DOMAIN (AUTH=jwt) and AUTH_SERVER (AUTH=accounts)',
    ]);
  });
});

describe('settings without effect', () => {
  test.each([
    [{ AMQP_QUEUE: 'replies' }, 'AMQP_QUEUE has no effect without AMQP_URL'],
    [{ REDIS_KEY_PREFIX: 'chat' }, 'REDIS_KEY_PREFIX has no effect without REDIS_URL'],
    [{ REDIS_TLS_VERIFY: 'false' }, 'REDIS_TLS_VERIFY has no effect without REDIS_URL'],
    [
      { RETHINKDB_URL: 'rethinkdb://db', EMBEDDED_PORT: '1' },
      'EMBEDDED_PORT has no effect with RETHINKDB_URL',
    ],
    [{ RETHINKDB_URL: 'rethinkdb://db', DATA_LIMIT: '5GB' }, 'DATA_LIMIT has no effect with RETHINKDB_URL'],
  ])('%o is reported', (env, warning) => {
    expect(warningsOf({ ...env })).toEqual([warning]);
  });

  test('defaults without effect are not reported', () => {
    const defaults = { AMQP_DURABLE: 'false', AMQP_COMMAND_QUEUE: 'changeroom-bots', EMBEDDED_PORT: '28015' };
    expect(warningsOf({ ...defaults, RETHINKDB_URL: 'rethinkdb://db' })).toEqual([]);
  });

  test('the settings of an SSH tunnel are reported where tunnel-and-serve.sh has not started the server', () => {
    const env = { COMPOSE_SSH_HOST: 'ssh.example', COMPOSE_IO_SSH_KEY: 'key' };
    expect(warningsOf(env)).toEqual([
      'SSH_HOST has no effect: start the server with bash tunnel-and-serve.sh instead',
    ]);
    expect(warningsOf({ ...env, SSH_TUNNEL: 'open' })).toEqual([]);
  });
});

describe('names that resemble settings', () => {
  test.each([
    ['AMQP_URI', 'use AMQP_URL instead'],
    ['RETHINKDB_URI', 'use RETHINKDB_URL instead'],
    ['LOGLEVEL', 'use LOG_LEVEL instead'],
    ['ALLOWED_HOST', 'use ALLOWED_HOSTS instead'],
    ['SSH_KNOWN_HOST', 'use SSH_KNOWN_HOSTS instead'],
    ['INSTANCE', 'use INSTANCES instead'],
    ['REDIS_PASSWORD', 'docs/configuration.md lists those that begin with REDIS_'],
    ['LIMIT_WISHES', 'docs/configuration.md lists those that begin with LIMIT_'],
  ])('%s is reported', (name, advice) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([`${name} is not a setting: ${advice}`]);
  });

  test.each<[string, string]>([
    [
      'Linux',
      'HOME HOSTNAME HOSTTYPE LANG LC_ALL LOGNAME MAIL OLDPWD PATH PWD SHELL SHLVL TERM TZ USER VISUAL _',
    ],
    [
      'SSH and X',
      'SSH_AUTH_SOCK SSH_AGENT_PID SSH_ASKPASS SSH_CLIENT SSH_CONNECTION SSH_TTY DISPLAY XAUTHORITY',
    ],
    ['npm', 'npm_config_cache npm_lifecycle_event NODE NODE_ENV NODE_OPTIONS INIT_CWD COLOR EDITOR'],
    ['pm2', 'PM2_HOME PM2_USAGE PM2_PROGRAMMATIC pm_id pm_exec_path NODE_APP_INSTANCE name instances status'],
    [
      'Heroku',
      'DYNO DYNO_RAM REDIS_TLS_URL DATABASE_URL HEROKU_APP_NAME HEROKU_REDIS_AMBER_URL WEB_CONCURRENCY',
    ],
    ['Docker', 'HOSTNAME NODE_VERSION YARN_VERSION container COMPOSE_FILE COMPOSE_PROJECT_NAME DOCKER_HOST'],
    [
      'systemd',
      'INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET LISTEN_FDS LISTEN_PID STATE_DIRECTORY SYSTEMD_EXEC_PID',
    ],
    [
      'CI',
      'CI GITHUB_ACTIONS GITHUB_TOKEN RUNNER_OS GITLAB_CI CI_JOB_ID TESTS_INSTALL CHROME_PATH RETHINKDB_BIN',
    ],
    [
      'Kubernetes',
      'KUBERNETES_PORT KUBERNETES_SERVICE_HOST AMQP_SERVICE_PORT_AMQP REDIS_MASTER_PORT_6379_TCP_PROTO',
    ],
  ])('the usual environment of %s is not reported', (_platform, names) => {
    expect(warningsOf(Object.fromEntries(names.split(' ').map((name) => [name, 'x'])))).toEqual([]);
  });
});
