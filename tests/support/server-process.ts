import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from './child-environment.js';

export interface Ended {
  /** Exit code, or the name of the signal that ended it. */
  code: number | string;
  output: string;
}

/** A started server: the built program in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  url: string;
  databasePort: number;
  /** The output so far. */
  readonly output: string;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Any free ports, and quiet; `env` adds to that. */
const QUIET = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' };

const running = new Set<ChildProcess>();

/** Starts a server and waits for its line. @throws Error with its output when it ends instead */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const { child, ended, line, output } = launch(env);
  const started = await Promise.race([line, ended]);
  if (typeof started !== 'string')
    throw new Error(`The server ended with ${started.code}: ${started.output}`);
  const [, url, databasePort] = /at (\S+), its .*database at \S+:(\d+) /.exec(started) ?? [];
  if (url === undefined) throw new Error(`The line does not say where the server is: ${started}`);
  return {
    url,
    databasePort: Number(databasePort),
    get output() {
      return output();
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts a server that is expected to end by itself. */
export function failToStart(env: Record<string, string>): Promise<Ended> {
  return launch(env).ended;
}

/** For `afterEach`: leaves no process behind, whatever a test did. */
export async function endAllServers(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'close');
    }),
  );
}

function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    env: childEnvironment({ ...QUIET, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const line = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const announced = /^Changeroom is at .*\n/m.exec(output);
      if (announced) resolve(announced[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(child);
    return { code: code ?? signal, output };
  });
  return { child, ended, line, output: () => output };
}
