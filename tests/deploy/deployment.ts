import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { alive, familyOf } from './processes.js';

/** How it ended: exit code, or the name of a signal. */
export interface End {
  code: number | string;
  output: string;
}

/** A command that was started as a platform would start it, with a folder for temporary files that is its own. */
export class Deployment {
  output = '';
  /** When it has ended, and everybody who could still write to its output. */
  readonly ended: Promise<End>;
  private family: number[] = [];
  private static readonly started = new Set<Deployment>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    /** The page's address. */
    readonly url: string,
  ) {
    const read = (chunk: Buffer) => {
      this.output += chunk;
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code ?? signal,
      output: this.output,
    }));
  }

  /** Starts a command line, by default the script's, with a port to serve. */
  static async start(
    env: Record<string, string>,
    command = ['bash', 'tunnel-and-serve.sh'],
  ): Promise<Deployment> {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-deploy-'));
    const port = await freePort();
    const child = spawn(command[0]!, command.slice(1), {
      env: {
        PATH: process.env.PATH,
        TMPDIR: directory,
        DATA_DIR: path.join(directory, 'data'),
        PORT: String(port),
        HOST: '127.0.0.1',
        EMBEDDED_PORT: '0',
        SSH_LOCAL_PORT: String(await freePort()),
        LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const deployment = new Deployment(child, directory, `http://127.0.0.1:${port}`);
    Deployment.started.add(deployment);
    return deployment;
  }

  /** Waits for a line that it writes. */
  async says(text: string, ms?: number): Promise<void> {
    await until(`${text} in:\n${this.output}`, () => this.output.includes(text), ms).catch(() => {
      throw new Error(`It does not say "${text}", but:\n${this.output}`);
    });
  }

  /** Waits until it has all that it needs. A driver that lost its link while it logged in takes 10 s to notice. */
  async isReady(): Promise<void> {
    await this.answers(200);
  }

  /** Waits until `/readyz` answers with this status. */
  async answers(status: number): Promise<void> {
    const answer = () =>
      fetch(`${this.url}/readyz`).then(
        (response) => response.status,
        () => 0,
      );
    const isSo = async () => (await answer()) === status;
    await until(`/readyz answers ${status}`, isSo, 25_000).catch((error: Error) => {
      throw new Error(`${error.message}:\n${this.output}`);
    });
  }

  /** The running ssh of its tunnel. */
  get ssh(): { pid: number; args: string } | undefined {
    return familyOf(this.child.pid!).find(({ args }) => args.startsWith('ssh '));
  }

  /** All its processes. */
  get processes() {
    return familyOf(this.child.pid!);
  }

  /** Files in its folder for temporary files, by their paths from there. */
  async temporaryFiles(): Promise<string[]> {
    const files = await readdir(this.directory, { recursive: true });
    return files.filter((file) => !file.startsWith('data'));
  }

  pathOf(temporaryFile: string): string {
    return path.join(this.directory, temporaryFile);
  }

  /** Sends a signal to the first process alone, as supervisors do, or to all of them, as Heroku does. */
  signal(signal: NodeJS.Signals, to: 'first' | 'all' = 'first'): void {
    this.family = this.processes.map(({ pid }) => pid);
    for (const pid of to === 'all' ? this.family : [this.child.pid!]) process.kill(pid, signal);
  }

  /** Sends a signal to the first process and waits for the end of all. */
  async end(signal: NodeJS.Signals, to?: 'first' | 'all'): Promise<End> {
    this.signal(signal, to);
    const end = await this.ended;
    await until('all processes are gone', () => alive(this.family).length === 0);
    return end;
  }

  /** For `afterEach`: leaves nothing behind, whatever a test did. */
  static async removeAll(): Promise<void> {
    await Promise.all([...Deployment.started].map((deployment) => deployment.remove()));
    Deployment.started.clear();
  }

  private async remove(): Promise<void> {
    const pids = [...this.family, ...this.processes.map(({ pid }) => pid)];
    for (const { pid } of alive(pids)) process.kill(pid, 'SIGKILL');
    await this.ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
