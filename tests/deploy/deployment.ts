import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../support/child-environment.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { alive, familyOf } from './processes.js';

/** `code`: the exit code, or the name of a signal. */
export interface End {
  code: number | string;
  output: string;
}

/** A command that was started as a platform would start it, with its own folder for temporary files. */
export class Deployment {
  output = '';
  /** Resolves when the command and all processes that write to its output have ended. */
  readonly ended: Promise<End>;
  #family: number[] = [];
  static readonly #started = new Set<Deployment>();

  readonly #child: ChildProcess;
  readonly #directory: string;
  /** The address of the page. */
  readonly url: string;

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#child = child;
    this.#directory = directory;
    this.url = url;
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

  /** Starts a command, by default tunnel-and-serve.sh, with a free port. */
  static async start(
    env: Record<string, string>,
    command = ['bash', 'tunnel-and-serve.sh'],
  ): Promise<Deployment> {
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-deploy-'));
    const port = await freePort();
    const child = spawn(command[0]!, command.slice(1), {
      env: childEnvironment({
        TMPDIR: directory,
        DATA_DIR: path.join(directory, 'data'),
        PORT: String(port),
        HOST: '127.0.0.1',
        EMBEDDED_PORT: '0',
        SSH_LOCAL_PORT: String(await freePort()),
        LOG_LEVEL: 'info',
        ...env,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const deployment = new Deployment(child, directory, `http://127.0.0.1:${port}`);
    Deployment.#started.add(deployment);
    return deployment;
  }

  /** Waits for a text in the output. */
  async says(text: string, ms?: number): Promise<void> {
    await until(`${text} in:\n${this.output}`, () => this.output.includes(text), ms).catch(() => {
      throw new Error(`The output does not contain "${text}":\n${this.output}`);
    });
  }

  /** Waits until the server is ready. A driver that lost its connection during the handshake needs 10 s to detect it. */
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
    const hasStatus = async () => (await answer()) === status;
    await until(`/readyz answers ${status}`, hasStatus).catch((error: Error) => {
      throw new Error(`${error.message}:\n${this.output}`);
    });
  }

  /** The ssh process of the tunnel. */
  get ssh(): { pid: number; args: string } | undefined {
    return familyOf(this.#child.pid!).find(({ args }) => args.startsWith('ssh '));
  }

  /** The process and its descendants. */
  get processes() {
    return familyOf(this.#child.pid!);
  }

  /** The files in its folder for temporary files, as relative paths. */
  async temporaryFiles(): Promise<string[]> {
    // The processes create and remove folders while they are read.
    const files = await readdir(this.#directory, { recursive: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    );
    return files ? files.filter((file) => !file.startsWith('data')) : this.temporaryFiles();
  }

  pathOf(temporaryFile: string): string {
    return path.join(this.#directory, temporaryFile);
  }

  /** Sends a signal to the first process, as supervisors do, or to all, as Heroku does. */
  signal(signal: NodeJS.Signals, to: 'first' | 'all' = 'first'): void {
    this.#family = this.processes.map(({ pid }) => pid);
    for (const pid of to === 'all' ? this.#family : [this.#child.pid!]) process.kill(pid, signal);
  }

  /** Sends a signal and waits until all processes have ended. */
  async end(signal: NodeJS.Signals, to?: 'first' | 'all'): Promise<End> {
    this.signal(signal, to);
    const end = await this.ended;
    await until('all processes have ended', () => alive(this.#family).length === 0);
    return end;
  }

  /** For `afterEach`: kills all processes and removes their folders. */
  static async removeAll(): Promise<void> {
    await Promise.all([...Deployment.#started].map((deployment) => deployment.#remove()));
    Deployment.#started.clear();
  }

  async #remove(): Promise<void> {
    const pids = [...this.#family, ...this.processes.map(({ pid }) => pid)];
    for (const { pid } of alive(pids)) process.kill(pid, 'SIGKILL');
    await this.ended;
    await rm(this.#directory, { recursive: true, force: true });
  }
}
