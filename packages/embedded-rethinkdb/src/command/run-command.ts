import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { EmbeddedOptions } from '../api/options.js';
import { start } from './serve.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** Exit codes of shells: the command was not found, or cannot be executed. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * Runs a command with RETHINKDB_URL set to a new database, and passes signals on to it.
 * @returns its exit code; 128 and the number of the signal that ended it
 */
export async function runCommand(
  options: EmbeddedOptions,
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  // Signals that come before the command has started must not leave the database behind.
  let early: NodeJS.Signals | undefined;
  let onSignal = (signal: NodeJS.Signals) => {
    early = signal;
  };
  for (const signal of SIGNALS) process.on(signal, (received) => onSignal(received));
  const database = await start(options, (error) => console.error(error.message));
  try {
    if (early !== undefined) return 128 + constants.signals[early];
    const child = spawn(program, args, { stdio: 'inherit', env: { ...env, RETHINKDB_URL: database.url } });
    onSignal = (signal) => {
      // A terminal sends SIGINT and SIGQUIT to the command itself.
      if (!isTerminalSignal(signal)) child.kill(signal);
    };
    return await exitCodeOf(child, program);
  } finally {
    await database.stop();
  }
}

function isTerminalSignal(signal: NodeJS.Signals): boolean {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY === true;
}

function exitCodeOf(child: ReturnType<typeof spawn>, program: string): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      console.error(`--run ${program}: ${message}`);
      resolve(code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal]));
    });
  });
}
