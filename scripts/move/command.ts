import { access } from 'node:fs/promises';
import { constants } from 'node:os';
import { reasonOf } from '../connect.js';
import { CommandError } from './command-error.js';

/** Runs a command and ends the process. Errors are printed in one line. */
export async function runCommand(main: (args: string[]) => Promise<void>): Promise<never> {
  try {
    await main(process.argv.slice(2));
    process.exit(0);
  } catch (error) {
    printError(describe(error as Error));
    process.exit(error instanceof CommandError ? error.exitCode : 1);
  }
}

/** Prints to stderr, on a terminal in place of the progress bar. */
export function printError(text: string): void {
  console.error(process.stderr.isTTY ? `\r\x1b[K${text}` : text);
}

/** Calls back with the exit code after SIGINT or SIGTERM. */
export function onInterrupt(callback: (exitCode: number) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => callback(128 + constants.signals[signal]));
  }
}

export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function describe(error: Error): string {
  if (error instanceof CommandError) return error.message;
  const reason = reasonOf(error);
  if (/^Connection is closed/.test(reason)) return 'The connection to the database was lost. Try again.';
  if (error.name === 'ReqlOpFailedError') return reason;
  return error.name.startsWith('Reql') ? `The database refused the query: ${reason}` : reason;
}
