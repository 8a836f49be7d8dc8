import { access } from 'node:fs/promises';
import { constants } from 'node:os';
import { firstLine } from '../connect.mjs';
import { MoveError } from './move-error.mjs';

/** Runs a command to the end of the process: what goes wrong is said in one line. */
export async function runCommand(main) {
  try {
    await main(process.argv.slice(2));
    process.exit(0);
  } catch (error) {
    complain(explain(error));
    process.exit(error.exitCode ?? 1);
  }
}

/** In a line of its own, also where a bar of progress stands. */
export function complain(text) {
  console.error(process.stderr.isTTY ? `\r\x1b[K${text}` : text);
}

/** Calls back with what to exit with, should somebody interrupt. */
export function onInterrupt(stop) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => stop(128 + constants.signals[signal]));
  }
}

export function exists(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}

function explain(error) {
  if (error instanceof MoveError) return error.message;
  // A driver's message repeats the whole query, with everything in it.
  const text = firstLine(error.msg ?? error.message);
  if (/^Connection is closed/.test(text)) return 'The connection to the database was lost. Try again.';
  if (error.name === 'ReqlOpFailedError') return text;
  if (error.name?.startsWith('Reql')) return `The database refused it: ${text}`;
  return text;
}
