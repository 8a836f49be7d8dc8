import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { programPath, skipWithout } from '../support/programs.js';
import { Deployment, type End } from './deployment.js';

afterEach(async () => {
  await Deployment.removeAll();
});

/** Has the form of a key, and is never used. */
const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\ns3cret\n-----END OPENSSH PRIVATE KEY-----\n';

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
