import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { programPath, skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';
import { Deployment, type End } from './deployment.js';
import { makeKey } from './ssh-server.js';

afterEach(async () => {
  await Deployment.removeAll();
});

let directory: string;
/** A usable key, which no SSH server accepts. */
let KEY: string;
let PUBLIC_KEY: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'changeroom-keys-'));
  ({ privateKey: KEY, publicKey: PUBLIC_KEY } = await makeKey(directory, 'key'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Settings of a tunnel that cannot be opened: no SSH server listens at the port. */
async function settings() {
  return {
    SSH_HOST: '127.0.0.1',
    SSH_PORT: String(await freePort()),
    SSH_USER: 'user',
    SSH_KEY: KEY,
    SSH_KNOWN_HOSTS: '127.0.0.1 ssh-ed25519 AAAA',
    RETHINKDB_INTERNAL_IPS: '10.0.0.98,10.0.0.99',
  };
}

async function refused(env: Record<string, string>): Promise<End & { faults: string[] }> {
  const server = await Deployment.start(env);
  const end = await server.ended;
  const [heading, ...faults] = end.output.trimEnd().split('\n');
  expect([end.code, heading]).toEqual([2, 'Changeroom: The tunnel cannot be opened:']);
  return { ...end, faults: faults.map((fault) => fault.replace(/^ {2}- /, '')) };
}

describe('tunnel-and-serve.sh', () => {
  test('starts the server without a tunnel when SSH_HOST is not set', async () => {
    const server = await Deployment.start({});
    await server.isReady();
    expect(server.processes).toHaveLength(1);
    expect(server.output).not.toContain('tunnel');
    expect((await server.end('SIGTERM')).code).toBe(0);
  });

  test('tunnel-and-serve.sh ends with the exit code of the server', async () => {
    const server = await Deployment.start({ ...(await settings()), LOG_LEVEL: 'loud' });
    expect(await server.ended).toMatchObject({
      code: 2,
      output: expect.stringContaining('LOG_LEVEL must be'),
    });
  });

  test('lists all faulty settings without their secrets', async () => {
    const { faults, output } = await refused({
      SSH_HOST: '-oProxyCommand=x',
      SSH_PORT: '70000',
      SSH_KEY: 's3cret',
      SSH_LOCAL_PORT: '0',
      RETHINKDB_URL: 'rethinkdbs://admin:s3cret@db',
      RETHINKDB_INTERNAL_IPS: '10.0.0.98 $(reboot)',
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'SSH_HOST',
      'SSH_PORT',
      'SSH_USER',
      'SSH_KEY',
      'SSH_KNOWN_HOSTS',
      'SSH_LOCAL_PORT',
      'RETHINKDB_URL',
      'RETHINKDB_INTERNAL_IPS',
    ]);
    expect(output).not.toContain('s3cret');
  });

  test('requires the host key, or SSH_ACCEPT_ANY_HOST_KEY', async () => {
    const { faults } = await refused({ ...(await settings()), SSH_KNOWN_HOSTS: '' });
    expect(faults).toEqual([expect.stringContaining('SSH_ACCEPT_ANY_HOST_KEY=yes')]);
  });

  test('requires an address of the database', async () => {
    const { faults } = await refused({ ...(await settings()), RETHINKDB_INTERNAL_IPS: '' });
    expect(faults).toEqual(['RETHINKDB_INTERNAL_IPS must have at least one address']);
  });

  test('refuses to start when another program listens on the local port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const SSH_LOCAL_PORT = String((other.address() as { port: number }).port);
      const { faults } = await refused({ ...(await settings()), SSH_LOCAL_PORT });
      expect(faults).toEqual([`port ${SSH_LOCAL_PORT} is taken: set SSH_LOCAL_PORT to another one`]);
    } finally {
      other.close();
    }
  });

  test.each([
    ['web.1', '10.0.0.98'],
    ['web.2', '10.0.0.99'],
    ['web.3', '10.0.0.98'],
    ['web.08', '10.0.0.99'],
    ['release.4711', '10.0.0.98'],
    ['2', '10.0.0.99'],
    ['7', '10.0.0.98'],
  ])('dyno %s tries the address %s first', async (DYNO, address) => {
    const server = await Deployment.start({ ...(await settings()), DYNO });
    await server.says('tunnel: opening to ');
    expect(/tunnel: opening to (\S+) /.exec(server.output)?.[1]).toBe(`${address}:28015`);
  });

  test.each(['', 'web', 'web.one', '$(reboot).'])(
    'dyno name "%s" tries a random address first',
    async (DYNO) => {
      const server = await Deployment.start({ ...(await settings()), DYNO });
      await server.says('tunnel: opening to ');
      expect(server.output).toMatch(/tunnel: opening to 10\.0\.0\.9[89]:28015 through 127\.0\.0\.1\n/);
    },
  );

  describe('an SSH key', () => {
    test.each<[string, (lines: string[]) => string]>([
      [
        'with an empty line before and after it, as in heroku config:set "COMPOSE_IO_SSH_KEY=⏎…⏎"',
        (lines) => `\n${lines.join('\n')}\n`,
      ],
      [
        'with indented lines and spaces at their ends',
        (lines) => lines.map((line) => `\t  ${line} `).join('\n'),
      ],
      ['with Windows line ends', (lines) => `${lines.join('\r\n')}\r\n`],
      ['in one line with \\n', (lines) => `${lines.join('\\n')}\\n`],
      ['in one line with \\r\\n between line breaks', (lines) => `\n${lines.join('\\r\\n')}\n`],
      ['in one line with spaces', (lines) => lines.join(' ')],
    ])('an SSH key %s is accepted', async (_form, change) => {
      const { SSH_KEY: _key, ...others } = await settings();
      const server = await Deployment.start({
        ...others,
        COMPOSE_IO_SSH_KEY: change(KEY.trim().split('\n')),
      });
      await server.says('tunnel: opening to ');
      await server.says('Connection refused');
      expect(server.output).not.toContain('libcrypto');
      expect(server.output).not.toContain('SSH_KEY');
    });

    test.each<[string, (lines: string[]) => string | Promise<string>, string]>([
      [
        'without its last line',
        (lines) => lines.slice(0, -1).join('\n'),
        'SSH_KEY is truncated: its last line must be -----END … PRIVATE KEY-----',
      ],
      [
        'without a line in its middle',
        (lines) => lines.toSpliced(2, 1).join('\n'),
        'SSH_KEY cannot be read, because it is damaged or incomplete (ssh-keygen: ',
      ],
      [
        'that is public',
        () => PUBLIC_KEY,
        'SSH_KEY is a public key: set it to the private key, which is in the file without .pub',
      ],
      [
        'of PuTTY',
        () => 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none',
        'SSH_KEY is a key of PuTTY: convert it with puttygen key.ppk -O private-openssh',
      ],
      ['that is no key', () => 's3cret', 'SSH_KEY must be a private key, with all its lines'],
      [
        'with a passphrase',
        async () => (await makeKey(directory, 'locked', ['-N', 's3cret'])).privateKey,
        'SSH_KEY has a passphrase: remove it from a copy of the key with ssh-keygen -p -f key',
      ],
      [
        'with a passphrase in the older format',
        async () =>
          (await makeKey(directory, 'older', ['-t', 'rsa', '-m', 'PEM', '-N', 's3cret'])).privateKey,
        'SSH_KEY has a passphrase: remove it from a copy of the key with ssh-keygen -p -f key',
      ],
    ])('an SSH key %s ends the script before the first attempt', async (_form, change, reason) => {
      const SSH_KEY = await change(KEY.trim().split('\n'));
      const { faults, output } = await refused({ ...(await settings()), SSH_KEY });
      expect(faults).toEqual([expect.stringContaining(reason)]);
      const secret = SSH_KEY.split('\n')[1] || 's3cret';
      expect(output).not.toContain(secret);
    });
  });

  test('the prefixes COMPOSE_ and COMPOSE_IO_ are accepted for all settings of the tunnel', async () => {
    // The host does not answer, so that ssh waits.
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as { port: number };
      const SSH_LOCAL_PORT = String(await freePort());
      const plain = { ...(await settings()), SSH_PORT: String(port), SSH_KNOWN_HOSTS: '' };
      const prefixed = Object.entries({ ...plain, SSH_LOCAL_PORT, SSH_ACCEPT_ANY_HOST_KEY: 'yes' }).map(
        ([name, value], i) => [`${i % 2 ? 'COMPOSE_' : 'COMPOSE_IO_'}${name}`, value],
      );
      const server = await Deployment.start({ ...Object.fromEntries(prefixed), SSH_LOCAL_PORT: '' });
      const { args } = await until('ssh is started', () => server.ssh);
      expect(args).toContain(`-L 127.0.0.1:${SSH_LOCAL_PORT}:`);
      expect(args).toContain('StrictHostKeyChecking=no');
    } finally {
      silent.close();
    }
  });

  test('accepts addresses with ports, host names and IPv6 addresses', async () => {
    const RETHINKDB_INTERNAL_IPS = 'db.internal;10.0.0.98:28016\nfd00::7  [fd00::8]:28017';
    const server = await Deployment.start({ ...(await settings()), RETHINKDB_INTERNAL_IPS, DYNO: 'web.1' });
    for (const to of ['db.internal:28015', '10.0.0.98:28016', '[fd00::7]:28015', '[fd00::8]:28017']) {
      await server.says(`tunnel: opening to ${to} through`);
    }
  });

  test('tunnel-and-serve.sh passes shellcheck', skipWithout('shellcheck'), () => {
    execFileSync(programPath('shellcheck'), ['tunnel-and-serve.sh'], { encoding: 'utf8' });
  });
});
