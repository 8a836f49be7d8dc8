import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';
import { childEnvironment } from '../support/child-environment.js';
import type { Place } from './move-places.js';

export interface MoveCommand {
  child: ChildProcess;
  /** Resolves when the process has ended; `code` is null after a signal that it does not catch. */
  outcome: Promise<{ code: number | null; out: string; error: string }>;
}

/** Starts the built script, as `npm run export` and `npm run import` do. */
export function startMove(
  command: 'export' | 'import',
  { host, port, db }: Pick<Place, 'host' | 'port' | 'db'>,
  ...args: string[]
): MoveCommand {
  const script = path.join(ROOT, 'dist/scripts/move', `${command}.js`);
  const env = childEnvironment({ RETHINKDB_URL: `rethinkdb://${host}:${port}/${db}` });
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', error: '' };
  child.stdout.on('data', (data) => {
    text.out += data;
  });
  child.stderr.on('data', (data) => {
    text.error += data;
  });
  const outcome = once(child, 'close').then(([code]) => ({
    code,
    out: text.out.trim(),
    error: text.error.trim(),
  }));
  return { child, outcome };
}

/** Runs the script to its end. */
export function move(...args: Parameters<typeof startMove>): MoveCommand['outcome'] {
  return startMove(...args).outcome;
}
