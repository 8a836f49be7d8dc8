import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { programPath } from './programs.js';

/** A RabbitMQ of a test's own, with everything that it keeps in one folder. It takes seconds to start: share it. */
export interface RabbitmqServer {
  url: string;
  /** Sends a signal, such as SIGSTOP, to all that it consists of. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Ends it in order: durable queues keep their messages. */
  shutDown(): Promise<void>;
  /** Starts it again, on the same port and with its data, after `kill` or `shutDown`. */
  restart(): Promise<void>;
  /** Runs `rabbitmqctl` on it. @returns what that printed */
  control(...args: string[]): Promise<string>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

interface Ports {
  amqp: number;
  /** Erlang's own, between a node and rabbitmqctl. */
  distribution: number;
  /** Port of epmd, the name server of the Erlang nodes on one machine. */
  epmd: number;
}

export async function startRabbitmq(): Promise<RabbitmqServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-rabbitmq-'));
  const { ports, names, ...started } = await launchAnywhere(directory);
  let { broker } = started;
  const program = programPath('rabbitmq-server');
  const kill = () => end(broker, 'SIGKILL');
  return {
    url: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    signal: (signal) => void process.kill(-broker.pid!, signal),
    kill,
    shutDown: () => end(broker, 'SIGTERM'),
    restart: async () => {
      broker = await launchBroker(directory, ports);
    },
    control: async (...args) => {
      const rabbitmqctl = path.join(path.dirname(program), 'rabbitmqctl');
      const env = environmentOf(directory, ports);
      return (await promisify(execFile)(rabbitmqctl, ['-q', ...args], { env })).stdout;
    },
    stop: async () => {
      await kill();
      await end(names, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A port that is free now may be taken a moment later: others are tried then. */
async function launchAnywhere(directory: string) {
  for (let attempt = 1; ; attempt += 1) {
    const ports = { amqp: await freePort(), distribution: await freePort(), epmd: await freePort() };
    const names = await launchEpmd(directory, ports);
    try {
      return { ports, names, broker: await launchBroker(directory, ports) };
    } catch (error) {
      await end(names, 'SIGKILL');
      if (attempt === 3) throw error;
    }
  }
}

/** The node would start it by itself, but as a daemon, which stays behind. */
function launchEpmd(directory: string, ports: Ports): Promise<ChildProcess> {
  const args = ['-port', String(ports.epmd), '-address', '127.0.0.1', '-d'];
  return launch('epmd', args, environmentOf(directory, ports), /epmd running/);
}

async function launchBroker(directory: string, ports: Ports): Promise<ChildProcess> {
  const inDirectory = (name: string) => path.join(directory, name);
  const settings = { 'listeners.tcp.1': `127.0.0.1:${ports.amqp}`, 'log.console': true, 'log.file': false };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(inDirectory('rabbitmq.conf'), lines.join(''));
  // RabbitMQ 4.3 and newer allow transient queues only with this setting; older versions do not know it.
  const advanced = '[{rabbit, [{permit_deprecated_features, #{transient_nonexcl_queues => true}}]}].\n';
  await writeFile(inDirectory('advanced.config'), advanced);
  const environment = environmentOf(directory, ports);
  return launch(programPath('rabbitmq-server'), [], environment, /Server startup complete/);
}

function environmentOf(directory: string, ports: Ports): Record<string, string> {
  const inDirectory = (name: string) => path.join(directory, name);
  return {
    PATH: [path.dirname(programPath('rabbitmq-server')), process.env.PATH, '/opt/homebrew/bin'].join(':'),
    HOME: directory,
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `changeroom-${ports.amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONFIG_FILE: inDirectory('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: inDirectory('advanced.config'),
    // Which is not there: a machine's own settings mean its own broker.
    RABBITMQ_CONF_ENV_FILE: inDirectory('rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inDirectory('enabled_plugins'),
    RABBITMQ_FEATURE_FLAGS_FILE: inDirectory('feature_flags'),
    RABBITMQ_MNESIA_BASE: inDirectory('data'),
    RABBITMQ_LOG_BASE: inDirectory('log'),
    RABBITMQ_PID_FILE: inDirectory('pid'),
  };
}

/** In a process group of its own. @throws Error with its output when it ends before it has written what `ready` finds */
async function launch(
  program: string,
  args: string[],
  env: Record<string, string>,
  ready: RegExp,
): Promise<ChildProcess> {
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  // A test process that gives up half-way leaves nothing behind.
  const kill = () => void process.kill(-child.pid!, 'SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  let output = '';
  const isReady = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      if (ready.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${program} ended: ${output}`);
  });
  ended.catch(() => {});
  await Promise.race([isReady, ended]);
  return child;
}

/** Resolves when its output is closed, which is when all processes of the group have ended. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid!, signal);
  await once(child, 'close');
}
