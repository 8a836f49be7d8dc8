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
import { SYSTEM_PROGRAMS } from '../../scripts/test/system-programs.js';
import { readConfig } from '../../server/config/config.js';
import { settings } from '../../server/config/settings.js';
import { tunnelSettings } from '../../server/config/tunnel-settings.js';
import { childEnvironment } from '../support/child-environment.js';
import { programPath, skipWithout } from '../support/programs.js';
import { Deployment } from './deployment.js';

const run = promisify(execFile);

/** Variables that tunnel-and-serve.sh, the build at Heroku or Node.js reads. */
const OTHERS = [...Object.keys(tunnelSettings), 'NODE_ENV'];

/** The names that no program reads. */
const unknown = (names: string[]) => names.filter((name) => !(name in settings) && !OTHERS.includes(name));

/** Reads the values as the server does. */
const accept = (env: Record<string, unknown>) =>
  readConfig(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])));

describe('app.json', () => {
  const app = JSON.parse(readFileSync('app.json', 'utf8')) as {
    env: Record<string, { description: string; required?: boolean; value?: string; generator?: string }>;
  };

  test('app.json contains values that the server accepts', () => {
    const values = Object.entries(app.env).flatMap(([name, { value }]) => (value ? [[name, value]] : []));
    expect(accept(Object.fromEntries(values))).toMatchObject({ trustProxy: 1 });
  });

  test('app.json names existing settings, and each required one has a value', () => {
    expect(unknown(Object.keys(app.env))).toEqual([]);
    const left = Object.values(app.env).filter(
      ({ required, value, generator }) =>
        required !== false && value === undefined && generator === undefined,
    );
    expect(left).toEqual([]);
  });
});

describe('ecosystem.config.cjs', () => {
  interface Pm2App {
    script: string;
    cwd: string;
    kill_timeout: number;
  }
  const { apps } = createRequire(import.meta.url)('../../ecosystem.config.cjs') as { apps: Pm2App[] };

  test('ecosystem.config.cjs starts the server and lets it shut down', () => {
    expect(apps).toHaveLength(1);
    const [{ script, cwd, kill_timeout }] = apps as [Pm2App];
    expect(existsSync(path.join(cwd, script))).toBe(true);
    expect(kill_timeout).toBeGreaterThan(accept({}).shutdownMs);
  });
});

describe('changeroom.service', () => {
  const unit = readFileSync('deploy/changeroom.service', 'utf8');

  test('changeroom.service starts the server with valid settings and lets it shut down', () => {
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, ...pair]) => pair),
    );
    expect(unknown(Object.keys(env))).toEqual([]);
    expect(accept(env).playground).toBe(false);
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThan(accept(env).shutdownMs);
  });

  test('changeroom.service is a valid unit with a low exposure', skipWithout('systemd-analyze'), async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-unit-'));
    try {
      const file = path.join(directory, 'changeroom.service');
      await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
      const verified = await run(programPath('systemd-analyze'), ['verify', '--man=no', file]);
      expect(verified.stderr).toBe('');
      // The threshold is in tenths: 2.0 of 10, which is the exposure of a service without restrictions.
      await run(programPath('systemd-analyze'), ['security', '--offline=true', '--threshold=20', file]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the devcontainer', () => {
  test('the devcontainer installs the packages of all system programs', () => {
    const dockerfile = readFileSync('.devcontainer/Dockerfile', 'utf8');
    expect(validate(dockerfile)).toEqual([]);
    const packages = SYSTEM_PROGRAMS.map(({ aptPackage }) => aptPackage);
    const words = dockerfile.split(/\s+/);
    expect(packages.filter((names) => !names.split(' ').some((name) => words.includes(name)))).toEqual([]);
    const { build } = JSON.parse(readFileSync('.devcontainer/devcontainer.json', 'utf8'));
    expect(existsSync(path.join('.devcontainer', build.dockerfile))).toBe(true);
  });
});

describe('the workflow of GitHub', () => {
  test('the workflow runs scripts of package.json on the Node.js versions of engines', () => {
    interface Workflow {
      jobs: Record<string, { strategy?: { matrix: { node: number[] } }; steps: { run?: string }[] }>;
    }
    const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8')) as Workflow;
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run: line }) => line ?? []));
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = commands
      .filter((line) => line !== 'npm ci')
      .map((line) => line.replace(/^npm (run )?/, ''));
    expect(named).toContain('test');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24]);
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
    const [, changePackage] = /(npm pkg set \S+)$/m.exec(build) ?? [];
    await run('sh', ['-c', `${changePackage}`], { cwd: directory });
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

  test('the image runs in production, without playground mode', () => {
    const [, environment = ''] = /^ENV (.*)$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
    const env = Object.fromEntries(environment.split(' ').map((pair) => pair.split('=')));
    expect(accept(env)).toMatchObject({ playground: false });
  });

  test('the Dockerfile passes a validator', () => {
    expect(validate(readFileSync('Dockerfile', 'utf8'))).toEqual([]);
    expect(validate('FROM node\nCOPY a\n')).toHaveLength(1);
  });

  test('the Dockerfile copies existing files that .dockerignore allows', async () => {
    const lines = (await readFile('.dockerignore', 'utf8')).split('\n');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const fromProject = copied([build, image].join('\n').replaceAll(/^COPY --from.*$/gm, ''));
    expect(fromProject.filter((file) => !existsSync(file))).toEqual([]);
    const isAllowed = (file: string) => allowed.some((path) => file === path || file.startsWith(`${path}/`));
    expect(fromProject.filter((file) => !isAllowed(file))).toEqual([]);
  });

  test.each<[script: string, code: number, output: string]>([
    ['schema', 0, 'there is nothing to do'],
    ['message', 2, 'Usage: npm run message'],
    ['export', 2, 'Usage: npm run export'],
    ['import', 2, 'Usage: npm run import'],
    ['bot', 2, 'Usage: npm run bot'],
    ['database -- --check', 2, 'has no database'],
    // They create the database.
    ['reset', 2, 'It needs a confirmation'],
    ['seed', 0, '10 new'],
  ])('makes an image in which npm run %s works without sources', async (script, code, output) => {
    const env = childEnvironment({ EMBEDDED_PORT: '1' });
    const command = run('npm', ['run', '--silent', ...script.split(' ')], { cwd: directory, env });
    const { stdout, stderr, ...ended } = await command.then(
      (texts) => ({ ...texts, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(stdout + stderr).toContain(output);
    expect(ended.code).toBe(code);
  });

  test('the image has all files of the server, and its health check succeeds', async () => {
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
    const env = childEnvironment({ PORT: new URL(server.url).port });
    await run(node!, check, { env });
    await server.end('SIGTERM');
    await expect(run(node!, check, { env })).rejects.toMatchObject({ code: 1 });
  });
});
