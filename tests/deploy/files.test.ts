import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../server/config/config.js';
import { settings } from '../../server/config/settings.js';
import { programPath, skipWithout } from '../support/programs.js';
import { Deployment } from './deployment.js';

const run = promisify(execFile);

/** What is read by tunnel-and-serve.sh, by Heroku's build, and by Node itself. */
const OTHERS = [
  'SSH_HOST',
  'SSH_PORT',
  'SSH_USER',
  'SSH_KEY',
  'SSH_KNOWN_HOSTS',
  'SSH_ACCEPT_ANY_HOST_KEY',
  'SSH_LOCAL_PORT',
  'RETHINKDB_INTERNAL_IPS',
  'NODE_ENV',
];

/** Those that nothing reads, which would be there in vain. */
const unknown = (names: string[]) => names.filter((name) => !(name in settings) && !OTHERS.includes(name));

/** The server accepts these values, once secrets are filled in. */
const accept = (env: Record<string, unknown>) =>
  readConfig(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])));

describe('app.json', () => {
  const app = JSON.parse(readFileSync('app.json', 'utf8')) as {
    env: Record<string, { description: string; required?: boolean; value?: string; generator?: string }>;
  };

  test('names settings that are read, and leaves none to be filled in', () => {
    expect(unknown(Object.keys(app.env))).toEqual([]);
    const left = Object.values(app.env).filter(
      ({ required, value, generator }) =>
        required !== false && value === undefined && generator === undefined,
    );
    expect(left).toEqual([]);
  });
});

describe('compose.yaml', () => {
  interface Service {
    environment?: Record<string, string>;
    depends_on?: Record<string, unknown>;
    networks: string[];
    volumes?: string[];
    configs?: { source: string }[];
    ports?: string[];
  }
  const compose = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
    services: Record<string, Service>;
    configs: Record<string, { file?: string; content?: string }>;
    networks: Record<string, { internal?: boolean }>;
  };
  const { app1, app2, nginx, ...inner } = compose.services as Record<'app1' | 'app2' | 'nginx', Service> &
    Record<string, Service>;

  test('starts servers with settings that they accept', () => {
    expect(unknown(Object.keys(app1.environment!))).toEqual([]);
    const filled = Object.entries(app1.environment!).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+:\?[^}]*\}/g, 'x'.repeat(64)),
    ]);
    expect(accept(Object.fromEntries(filled)).database?.hosts).toEqual([{ host: 'rethinkdb', port: 28015 }]);
    expect(app2).toEqual(app1);
  });

  test('shows nothing but nginx to the outside', () => {
    expect(nginx.ports).toEqual([expect.stringMatching(/:80$/)]);
    for (const service of Object.values(inner)) {
      expect(service.ports).toBeUndefined();
      expect(service.networks.map((name) => compose.networks[name]?.internal)).toEqual([true]);
    }
  });

  test('hands nginx the site, and the servers in the place of upstream.conf', () => {
    expect(nginx.configs!.map(({ source }) => source).sort()).toEqual(['site', 'upstream']);
    expect(existsSync(compose.configs.site!.file!)).toBe(true);
    const directives = (text: string) => text.split('\n').filter((line) => !/^\s*(#|server |$)/.test(line));
    const own = compose.configs.upstream!.content!.replaceAll('$$', '$');
    expect(directives(own)).toEqual(directives(readFileSync('deploy/nginx/upstream.conf', 'utf8')));
    expect([...own.matchAll(/server (\w+):5000 /g)].map(([, name]) => name)).toEqual(['app1', 'app2']);
  });
});

describe('ecosystem.config.cjs', () => {
  interface Pm2App {
    script: string;
    cwd: string;
    env: Record<string, unknown>;
    kill_timeout: number;
  }
  const { apps } = createRequire(import.meta.url)('../../ecosystem.config.cjs') as { apps: Pm2App[] };

  test('starts the server with settings that it accepts, and gives it time to stop', () => {
    expect(apps).toHaveLength(1);
    const [{ script, cwd, env, kill_timeout }] = apps as [Pm2App];
    expect(existsSync(path.join(cwd, script))).toBe(true);
    expect(unknown(Object.keys(env))).toEqual([]);
    expect(kill_timeout).toBeGreaterThan(accept(env).shutdownMs);
  });
});

describe('changeroom.service', () => {
  const unit = readFileSync('deploy/changeroom.service', 'utf8');

  test('starts the server with settings that it accepts, and gives it time to stop', () => {
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, ...pair]) => pair),
    );
    expect(unknown(Object.keys(env))).toEqual([]);
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThan(accept(env).shutdownMs);
  });

  test('is a unit that systemd accepts, and exposes little', skipWithout('systemd-analyze'), async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-unit-'));
    try {
      const file = path.join(directory, 'changeroom.service');
      await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
      const verified = await run(programPath('systemd-analyze'), ['verify', '--man=no', file]);
      expect(verified.stderr).toBe('');
      // Of 10, the exposure of a service that has all rights. Fails above the threshold, in tenths.
      await run(programPath('systemd-analyze'), ['security', '--offline=true', '--threshold=20', file]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the Dockerfile', () => {
  const [build, image] = readFileSync('Dockerfile', 'utf8')
    .split(/^FROM .*$/m)
    .slice(1) as [string, string];
  const copied = (stage: string) =>
    [...stage.matchAll(/^COPY (?:--from=build \/app\/)?(.*) \S+$/gm)].flatMap(([, files]) =>
      files!.split(' '),
    );
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'changeroom-image-'));
    for (const file of copied(image)) {
      const target = path.join(directory, file);
      if (file === 'node_modules') await linkModules(target);
      else await cp(file, target, { recursive: true });
    }
  });

  /** Links each installed package. A workspace is linked to its copy in the image. */
  async function linkModules(target: string) {
    await mkdir(target);
    for (const name of await readdir('node_modules')) {
      const source = path.join('node_modules', name);
      const isWorkspace = (await lstat(source)).isSymbolicLink();
      await symlink(isWorkspace ? await readlink(source) : path.resolve(source), path.join(target, name));
    }
  }
  afterAll(async () => {
    await Deployment.removeAll();
    await rm(directory, { recursive: true, force: true });
  });

  test('has no fault that a validator finds', () => {
    expect(validate(readFileSync('Dockerfile', 'utf8'))).toEqual([]);
    expect(validate('FROM node\nCOPY a\n')).toHaveLength(1);
  });

  test('copies files that are there and not kept away by .dockerignore', async () => {
    const lines = (await readFile('.dockerignore', 'utf8')).split('\n');
    const letIn = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const fromHere = copied([build, image].join('\n').replaceAll(/^COPY --from.*$/gm, ''));
    expect(fromHere.filter((file) => !existsSync(file))).toEqual([]);
    const isLetIn = (file: string) => letIn.some((one) => file === one || file.startsWith(`${one}/`));
    expect(fromHere.filter((file) => !isLetIn(file))).toEqual([]);
  });

  test('copies all that the server needs, and its healthcheck finds it', async () => {
    const [, command] = /^CMD (.*)$/m.exec(image)!;
    const [program, ...args] = JSON.parse(command!) as string[];
    const server = await Deployment.start({}, [
      'bash',
      '-c',
      'cd "$0" && exec "$@"',
      directory,
      program!,
      ...args,
    ]);
    await server.isReady();
    for (const page of ['/', '/api/docs', '/api/errors']) {
      const { status } = await fetch(`${server.url}${page}`);
      expect([page, status]).toEqual([page, 200]);
    }
    const [, healthcheck] = /^HEALTHCHECK[^[]*(\[.*\])$/m.exec(image)!;
    const [node, ...check] = JSON.parse(healthcheck!) as string[];
    const env = { PATH: process.env.PATH, PORT: new URL(server.url).port };
    await run(node!, check, { env });
    await server.end('SIGTERM');
    await expect(run(node!, check, { env })).rejects.toMatchObject({ code: 1 });
  });
});
