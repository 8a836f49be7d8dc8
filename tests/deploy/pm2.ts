import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../support/child-environment.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

const PROGRAM = path.resolve('node_modules/pm2/bin/pm2');

/** A process that pm2 supervises, as `pm2 jlist` prints it. */
export interface SupervisedProcess {
  name: string;
  pid: number;
  pm2_env: { status: string; restart_time: number; exit_code?: number; env: Record<string, unknown> };
}

/** A daemon of pm2 with its own folder, apart from that of the user. */
export class Pm2 {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<Pm2> {
    return new Pm2(await mkdtemp(path.join(tmpdir(), 'changeroom-pm2-')));
  }

  /** Runs a command of pm2. @param env of the shell @returns its output */
  async run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const own = { PM2_HOME: path.join(this.directory, 'pm2'), PM2_DISABLE_VERSION_CHECK: 'true' };
    const { stdout } = await run(process.execPath, [PROGRAM, ...args], {
      env: childEnvironment({ HOME: this.directory, ...own, ...env }),
      maxBuffer: 2 ** 24,
    });
    return stdout;
  }

  async processes(): Promise<SupervisedProcess[]> {
    const output = await this.run(['jlist']);
    // Messages about a daemon that has just started come first.
    return JSON.parse(output.slice(output.search(/^\[(\{|\])/m)));
  }

  /** Waits until the output of the processes contains a text. @returns the output */
  async says(text: string): Promise<string> {
    const isContained = async () => (await this.output()).includes(text);
    await until(`the log of pm2 contains ${text}`, isContained, 60_000);
    return this.output();
  }

  /** The output of the processes so far. */
  async output(): Promise<string> {
    const logs = path.join(this.directory, 'pm2/logs');
    const files = await readdir(logs).catch(() => []);
    return (await Promise.all(files.map((file) => readFile(path.join(logs, file), 'utf8')))).join('');
  }

  /** Ends all processes and the daemon, and removes their folder. */
  async remove(): Promise<void> {
    await this.run(['kill']);
    await rm(this.directory, { recursive: true, force: true });
  }
}
