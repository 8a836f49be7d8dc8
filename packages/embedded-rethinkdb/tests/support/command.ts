import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from './until.js';

const COMMAND = fileURLToPath(new URL('../../bin/embedded-rethinkdb.js', import.meta.url));

export interface CommandEnd {
  /** The exit code, or the name of the signal that ended the command. */
  readonly code: number | string;
  /** Standard output and standard error. */
  readonly output: string;
}

/** A running `embedded-rethinkdb` command. It is killed at the end of the test. */
export class RunningCommand {
  output = '';
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const read = (chunk: Buffer) => {
      this.output += chunk;
    };
    this.#child.stdout?.on('data', read);
    this.#child.stderr?.on('data', read);
    this.ended = new Promise((resolve) =>
      this.#child.once('close', (code, signal) =>
        resolve({ code: code ?? signal ?? '', output: this.output }),
      ),
    );
  }

  /** Waits for output that matches a pattern. @returns the first group of the match */
  async prints(pattern: RegExp): Promise<string> {
    const match = await until(`${pattern} in the output`, () => pattern.exec(this.output));
    return match[1] ?? '';
  }

  async end(signal: NodeJS.Signals): Promise<CommandEnd> {
    this.#child.kill(signal);
    return this.ended;
  }
}

export function startCommand(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const command = new RunningCommand(args, env);
  onTestFinished(async () => {
    await command.end('SIGKILL');
  });
  return command;
}

/** Runs the command to its end. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<CommandEnd> {
  return new RunningCommand(args, env).ended;
}
