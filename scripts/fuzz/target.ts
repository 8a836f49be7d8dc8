import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server under attack, in a process of its own. */
export interface Target {
  url: string;
  port: number;
  databasePort: number;
  amqpUrl: string | null;
  /** Set once the process has ended. */
  readonly end: string | null;
  /** Everything that it has logged. */
  readonly output: string;
  /** Bytes of JavaScript heap in use after a garbage collection. */
  heapBytes(): Promise<number>;
  /** Open file descriptors; 0 where the system does not list them. */
  openFiles(): Promise<number>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Megabytes: a leak ends the process instead of hiding in a large heap. */
const HEAP_MB = 512;
/** Lets the parent ask for a garbage collection, so that readings of the heap can be compared. */
const COLLECT_ON_SIGNAL = "data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())";
/** Limits would refuse most of the inputs before they reach the code behind. */
const UNLIMITED = Object.fromEntries(
  ['MESSAGES', 'JOINS', 'REQUESTS', 'FRAMES', 'SOCKETS', 'HISTORY', 'ROOMS', 'RENAMES'].map((kind) => [
    `LIMIT_${kind}`,
    '0',
  ]),
);

/** Starts the built server with an embedded database in a folder of its own. @throws Error when it does not start */
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
    child.once('close', () => reject(new Error(`the server ended at its start: ${output}`)));
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
