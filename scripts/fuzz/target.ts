import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server process that is attacked. */
export interface Target {
  url: string;
  port: number;
  databasePort: number;
  amqpUrl: string | null;
  /** The exit code or signal after the process has ended. */
  readonly end: string | null;
  /** The output of the process. */
  readonly output: string;
  /** Bytes of JavaScript heap in use after a garbage collection. */
  heapBytes(): Promise<number>;
  /** Open file descriptors; 0 where the system does not list them. */
  openFiles(): Promise<number>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A leak ends the process instead of remaining hidden in a large heap. */
const HEAP_MB = 512;
/** Collects garbage on SIGUSR2, so that heap sizes can be compared. */
const COLLECT_ON_SIGNAL = "data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())";
/** With limits, the server would refuse most inputs before it reads them. */
const UNLIMITED = Object.fromEntries(
  ['MESSAGES', 'JOINS', 'REQUESTS', 'FRAMES', 'SOCKETS', 'HISTORY', 'ROOMS', 'RENAMES'].map((kind) => [
    `LIMIT_${kind}`,
    '0',
  ]),
);

/** Starts the built server with an embedded database in a temporary folder. @throws Error when it does not start */
export async function startTarget(env: Record<string, string> = {}): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'changeroom-fuzz-'));
  const args = [
    '--expose-gc',
    `--max-old-space-size=${HEAP_MB}`,
    '--import',
    COLLECT_ON_SIGNAL,
    'dist/server/main.js',
  ];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      ENV_FILE: '/dev/null',
      DATA_DIR: join(directory, 'data'),
      ...{ PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error' },
      ...UNLIMITED,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let end: string | null = null;
  child.once('close', (code, signal) => {
    end = `${code ?? signal}`;
  });
  const started = new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      const match = /^Changeroom is at (http:\/\/\S+:(\d+)), its .*database at \S+:(\d+) /m.exec(output);
      if (match) resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => reject(new Error(`the server ended during its start: ${output}`)));
  });
  const [, url, port, databasePort] = await started;
  return {
    url: url!.replace('localhost', '127.0.0.1'),
    port: Number(port),
    databasePort: Number(databasePort),
    amqpUrl: env.AMQP_URL ?? null,
    get end() {
      return end;
    },
    get output() {
      return output;
    },
    heapBytes: () => heapBytes(child, url!),
    openFiles: async () => (await readdir(`/proc/${child.pid}/fd`).catch(() => [])).length,
    stop: async () => {
      if (end === null) {
        child.kill('SIGTERM');
        await once(child, 'close');
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function heapBytes(child: ChildProcess, url: string): Promise<number> {
  child.kill('SIGUSR2');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^changeroom_nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]);
}
