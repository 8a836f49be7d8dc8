import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.js';
import { programPath } from './programs.js';

/** A Redis of a test's own, with nothing in it and nothing kept on disk. */
export interface RedisServer {
  url: string;
  port: number;
  /** Sends a signal, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it; what was in it is lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port after `kill`. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-redis-'));
  let { child, port } = await launchAnywhere(directory);
  const kill = () => end(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    signal: (signal) => child.kill(signal),
    kill,
    restart: async () => {
      ({ child, port } = { child: await launch(directory, port), port });
    },
    stop: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A port that is free now may be taken a moment later: another one is tried then. */
async function launchAnywhere(directory: string): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { child: await launch(directory, port), port };
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

/** @throws Error with its output when it does not come up */
async function launch(directory: string, port: number): Promise<ChildProcess> {
  const settings = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(programPath('redis-server'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // A test process that gives up half-way leaves nothing behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  let output = '';
  const ready = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (/ready to accept connections/i.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`redis-server ended: ${output}`);
  });
  ended.catch(() => {});
  await Promise.race([ready, ended]);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
