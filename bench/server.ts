import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A server process. */
export interface Server {
  url: string;
  pid: number;
  /** CPU seconds that all threads of the process have used. */
  cpu(): number;
  stop(): Promise<void>;
}

/** Starts a Node.js program and waits for the line with its address. */
export async function startServer(args: string[], env: Record<string, string> = {}): Promise<Server> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'changeroom-bench-'));
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      ENV_FILE: '/dev/null',
      PORT: '0',
      EMBEDDED_PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      LIMIT_MESSAGES: '0',
      LIMIT_FRAMES: '0',
      DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await address(child);
  return {
    url,
    pid: child.pid!,
    cpu: () => cpuSeconds(child.pid!),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk) => {
      text += chunk;
      const found = /at (http:\S+?),?\s/.exec(text);
      if (found) resolve(found[1]!);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}: ${text}`)));
  });
}

/** `ps` prints [days-]hours:minutes:seconds. On Linux, /proc is more precise (clock ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  if (process.platform === 'linux') {
    const stat = execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' });
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);
}
