import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Config, readConfig } from '../../server/config/config.js';
import { settings } from '../../server/config/settings.js';

const run = promisify(execFile);

interface Service {
  image?: string;
  hostname?: string;
  command?: string[];
  environment?: Record<string, string>;
  env_file?: { path: string; required: boolean }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  networks: string[];
  restart?: string;
  volumes?: string[];
  configs?: { source: string }[];
  ports?: string[];
}

interface Compose {
  services: Record<string, Service>;
  configs: Record<string, { file?: string; content?: string }>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

const readCompose = (file: string): { text: string; compose: Compose } => {
  const text = readFileSync(file, 'utf8');
  return { text, compose: parse(text, { merge: true }) };
};

const configOf = (env: Record<string, string>): Config => {
  const unknown = Object.keys(env).filter((name) => !(name in settings));
  expect(unknown).toEqual([]);
  return readConfig(env);
};

/** The names of the volumes of a service. */
const volumesOf = ({ volumes = [] }: Service) => volumes.map((volume) => volume.split(':')[0]!);

describe('compose.yaml', () => {
  const { text, compose } = readCompose('compose.yaml');
  const { app1, app2, nginx, bots, rabbitmq } = compose.services as Record<
    'app1' | 'app2' | 'nginx' | 'bots' | 'rabbitmq',
    Service
  >;
  const databases = ['rethinkdb1', 'rethinkdb2', 'rethinkdb3'];

  test('compose.yaml starts servers with valid settings and all hosts of the cluster', () => {
    const filled = Object.entries(app1.environment!).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+:\?[^}]*\}/g, 'x'.repeat(64)),
    ]);
    const { database, port, warnings } = configOf(Object.fromEntries(filled));
    expect(database?.hosts).toEqual(databases.map((host) => ({ host, port: 28015 })));
    expect(warnings).toEqual([]);
    expect(app2).toEqual(app1);
    expect(compose.configs.upstream!.content).toContain(`server app1:${port} `);
  });

  test('the servers of compose.yaml read .env, in which its own variables have no effect on them', () => {
    expect(app1.env_file).toEqual([{ path: '.env', required: false }]);
    const own = { BROKER_PASSWORD: 'x', BROKER_PAGE_PORT: '15673' };
    expect(readConfig(own)).toEqual(readConfig({}));
    expect(Object.keys(app1.environment!)).toEqual(expect.arrayContaining(['PORT', 'HOST', 'DATA_DIR']));
  });

  test('compose.yaml starts existing bots at the broker of the servers', () => {
    const [, script, ...names] = bots.command!;
    expect(existsSync(script!)).toBe(true);
    expect(names.filter((name) => !existsSync(`scripts/bots/${name}.ts`))).toEqual([]);
    const { AMQP_COMMAND_QUEUE, AMQP_REPLY_QUEUE, ...broker } = bots.environment!;
    expect(app1.environment).toMatchObject(broker);
    // The servers have those of .env.
    expect(AMQP_COMMAND_QUEUE).toMatch(/^\$\{AMQP_COMMAND_QUEUE:-\}$/);
    expect(AMQP_REPLY_QUEUE).toMatch(/^\$\{AMQP_REPLY_QUEUE:-\}$/);
  });

  test('compose.yaml restarts every service, and starts each after healthy dependencies', () => {
    for (const [name, { restart, depends_on = {} }] of Object.entries(compose.services)) {
      expect([name, restart]).toEqual([name, 'unless-stopped']);
      for (const [dependency, { condition }] of Object.entries(depends_on)) {
        expect([name, dependency, condition]).toEqual([name, dependency, 'service_healthy']);
        // The image of the servers has a check.
        const { healthcheck, image } = compose.services[dependency]!;
        if (image !== 'changeroom') expect([dependency, healthcheck?.test?.[0]]).toEqual([dependency, 'CMD']);
      }
    }
    expect(Object.keys(app1.depends_on!)).toEqual([...databases, 'redis', 'rabbitmq']);
    expect(Object.keys(bots.depends_on!)).toEqual(['app1', 'rabbitmq']);
  });

  test('compose.yaml publishes the chat, and RabbitMQ’s management page on the loopback address', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports }]) =>
      ports ? [[name, ...ports]] : [],
    );
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the variables are those of Compose
    expect(published).toEqual([
      ['nginx', '${PORT:-8080}:80'],
      ['rabbitmq', '127.0.0.1:${BROKER_PAGE_PORT:-15672}:15672'],
    ]);
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
    expect(rabbitmq.image).toMatch(/-management$/);
    const isInternal = (network: string) => compose.networks[network]?.internal === true;
    // Docker publishes no ports of a container whose networks are all internal.
    for (const [name, { networks, ports }] of Object.entries(compose.services))
      if (ports) expect([name, networks.every(isInternal)]).toEqual([name, false]);
    for (const name of [...databases, 'redis', 'bots'])
      expect([name, compose.services[name]!.networks.every(isInternal)]).toEqual([name, true]);
  });

  test('compose.yaml gives nginx site.conf, and its servers instead of upstream.conf', () => {
    expect(nginx.configs!.map(({ source }) => source).sort()).toEqual(['site', 'upstream']);
    expect(existsSync(compose.configs.site!.file!)).toBe(true);
    const directives = (conf: string) => conf.split('\n').filter((line) => !/^\s*(#|server |$)/.test(line));
    const own = compose.configs.upstream!.content!.replaceAll('$$', '$');
    expect(directives(own)).toEqual(directives(readFileSync('deploy/nginx/upstream.conf', 'utf8')));
    expect([...own.matchAll(/server (\w+):5000 /g)].map(([, name]) => name)).toEqual(['app1', 'app2']);
  });

  test('compose.yaml keeps the data of each database server and of RabbitMQ in a volume of its own', () => {
    const used = [...databases, 'rabbitmq'].map((name) => volumesOf(compose.services[name]!));
    expect(used).toEqual(Object.keys(compose.volumes).map((name) => [name]));
  });

  test('the comments of compose.yaml name variables and scripts that exist', () => {
    const [comment] = text.split('\nname:') as [string];
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const names = [...comment.matchAll(/npm run --silent (\w+)/g)].map(([, name]) => name!);
    expect(names).toEqual(['export', 'import']);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
    const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!));
    expect([...required].sort()).toEqual(['BROKER_PASSWORD', 'SESSION_SECRET']);
    for (const name of required) expect(comment).toContain(`${name}=%s`);
  });

  describe('the command of the database servers', () => {
    let programs: string;
    beforeAll(async () => {
      programs = await mkdtemp(path.join(tmpdir(), 'changeroom-compose-'));
      const scripts = {
        getent: 'case " $RUNNING " in *" $2 "*) echo "10.0.0.1 STREAM $2" ;; *) exit 2 ;; esac',
        rethinkdb: 'printf "%s\\n" "$@"',
      };
      for (const [name, script] of Object.entries(scripts)) {
        const file = path.join(programs, name);
        await writeFile(file, `#!/bin/sh\n${script}\n`);
        await chmod(file, 0o700);
      }
    });
    afterAll(() => rm(programs, { recursive: true, force: true }));

    /** The arguments of rethinkdb on a host while the containers of some hosts run. */
    const argumentsOn = async (host: string, running: string[]): Promise<string[]> => {
      const [program, ...args] = compose.services[host]!.command!.map((arg) => arg.replaceAll('$$', '$'));
      const { hostname } = compose.services[host]!;
      const env = {
        PATH: `${programs}:${process.env.PATH}`,
        HOSTNAME: hostname!,
        RUNNING: running.join(' '),
      };
      return (await run(program!, args, { env })).stdout.trimEnd().split('\n');
    };
    const valuesOf = (args: string[], option: string) => args.filter((_, i) => args[i - 1] === option);

    test.each(databases)('%s joins the other servers that run', async (host) => {
      const others = databases.filter((other) => other !== host);
      const args = await argumentsOn(host, databases);
      expect(valuesOf(args, '--join')).toEqual(others);
      expect(valuesOf(args, '--server-name')).toEqual([host]);
      expect(valuesOf(args, '--canonical-address')).toEqual([host]);
      expect(valuesOf(args, '--directory')[0]).toMatch(/^\/data\//);
      expect(args).toContain('--no-http-admin');
      expect(valuesOf(await argumentsOn(host, [host, others[0]!]), '--join')).toEqual([others[0]]);
    });

    test('a database server whose peers are stopped starts without them', async () => {
      expect(await argumentsOn('rethinkdb1', ['rethinkdb1'])).not.toContain('--join');
    });
  });
});

describe('compose.dev.yaml', () => {
  const { text, compose } = readCompose('compose.dev.yaml');
  /** The settings in the comment. */
  const env = Object.fromEntries([...text.matchAll(/^# {5}(\w+)=(.*)$/gm)].map(([, ...pair]) => pair));

  test('compose.dev.yaml names settings of the server that match its ports and users', () => {
    const { database, redis, amqp } = configOf(env);
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    const publishes = (port: number) => published.includes(`127.0.0.1:${port}:${port}`);
    const ports = [database?.hosts[0]?.port, ...[redis, amqp].map((part) => Number(new URL(part!.url).port))];
    expect(ports.map((port) => publishes(port!))).toEqual([true, true, true]);
    const { RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS } = compose.services.rabbitmq!.environment!;
    const { username, password } = new URL(amqp!.url);
    expect([username, password]).toEqual([RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS]);
    expect(amqp!.durable).toBe(true);
  });

  test('compose.dev.yaml publishes all ports on the loopback address only, management pages included', () => {
    const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(published).toContain('127.0.0.1:8080:8080');
    expect(published).toContain('127.0.0.1:15672:15672');
  });
});
