import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DirectoryFault } from './storage/environment.js';
import type { SpaceStatus } from './storage/space.js';
import type { WireLimits } from './wire/limits.js';
import type { WorkerMessage, WorkerOptions } from './wire/thread-messages.js';

export interface EmbeddedOptions {
  /** Where the data is kept; created if there is none. One process at a time may use it. */
  readonly directory: string;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Of the user `admin`; default: empty. */
  readonly password?: string;
  /** Bytes that the used pages of the data file may take; null or absent: no limit. */
  readonly dataLimitBytes?: number | null;
  /** Bytes that ordinary writes leave free on the disk; default: 16 MiB. Deletes may use three quarters of it. */
  readonly reserveBytes?: number;
  /** What clients may use; the defaults are far above the needs of drivers. */
  readonly limits?: Partial<WireLimits>;
  /** Called when writes begin to be refused for want of space, and when they are accepted again. */
  readonly onSpace?: (status: SpaceStatus) => void;
  /** Called with what an operator should know: of the start, and of refused connections. */
  readonly onNotice?: (text: string) => void;
  /** Called if the database ends though nobody stopped it. */
  readonly onExit?: (error: Error) => void;
  /** Called with errors that are the database's own fault; default: a process warning. */
  readonly onFault?: (error: Error) => void;
}

export { DATABASE_FILES } from './storage/environment.js';
export { makePrivate } from './storage/private-directory.js';
export type { SpaceStatus };

/** A running database. */
export interface Embedded {
  readonly host: string;
  readonly port: number;
  /** Disconnects the clients, closes the files and ends the thread; may be called more than once. */
  stop(): Promise<void>;
}

/** Why the database cannot be started. */
export class EmbeddedError extends Error {
  constructor(
    readonly code: 'embedded-port-taken' | 'embedded-failed' | DirectoryFault,
    message: string,
  ) {
    super(message);
    this.name = 'EmbeddedError';
  }
}

/** The directories that this process has open: LMDB would let its threads share one. */
const open = new Set<string>();

/**
 * Starts the embedded database in a thread of its own and resolves when it listens. Rejects with an
 * EmbeddedError whose `code` tells what to do: another port, or another directory.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { directory, host = '127.0.0.1', port = 0, password = '' } = options;
  const place = canonical(directory);
  if (open.has(place)) {
    throw new EmbeddedError(
      'embedded-directory-locked',
      `The data directory ${place} is in use by this process already.`,
    );
  }
  open.add(place);
  const { dataLimitBytes = null, reserveBytes, limits = {} } = options;
  const worker = startWorker({
    directory: place,
    host,
    port,
    password,
    dataLimitBytes,
    reserveBytes,
    limits,
  });
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'notice') options.onNotice?.(message.text);
    else if (message.kind === 'space') options.onSpace?.(message.status);
  });
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  void ended.then(() => open.delete(place));
  try {
    const listening = await started(worker, host, port);
    let stopping = false;
    let failure = new Error('The embedded database ended unexpectedly.');
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'fault') tellFault(options, message);
    });
    void ended.then(() => {
      if (!stopping) options.onExit?.(failure);
    });
    const stop = async () => {
      if (!stopping) worker.postMessage('stop');
      stopping = true;
      await ended;
    };
    return { host, port: listening, stop };
  } catch (error) {
    await ended;
    throw error;
  }
}

/** Built code runs as it is. Under tests and in development the worker's source is TypeScript, which tsx loads. */
function startWorker(workerData: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./worker.js', import.meta.url), { workerData });
  // Node 20 gives a thread no loader of `--import`: the thread registers it itself.
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const source = new URL('./worker.ts', import.meta.url).href;
  const load = `import('${tsx}').then(({ register }) => { register(); return import('${source}'); })`;
  return new Worker(load, { eval: true, workerData });
}

/** Resolves with the port. */
function started(worker: Worker, host: string, port: number): Promise<number> {
  return new Promise((listening, reject) => {
    worker.once('error', (error) => reject(new EmbeddedError('embedded-failed', error.message)));
    worker.once('exit', () =>
      reject(new EmbeddedError('embedded-failed', 'The embedded database ended at its start.')),
    );
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'listening') listening(message.port);
      else if (message.kind === 'refused') reject(refusal(message, host, port));
    });
  });
}

function refusal(
  { code, message }: { code: string; message: string },
  host: string,
  port: number,
): EmbeddedError {
  switch (code) {
    case 'EADDRINUSE':
      return new EmbeddedError(
        'embedded-port-taken',
        `Port ${port} on ${host} is taken. Set EMBEDDED_PORT to another port (0 for any), ` +
          'or RETHINKDB_URL if the database there is to be used.',
      );
    case 'embedded-directory-unusable':
    case 'embedded-directory-locked':
    case 'embedded-directory-damaged':
    case 'embedded-storage-full':
      return new EmbeddedError(code, message);
    default:
      return new EmbeddedError('embedded-failed', `The embedded database could not be started: ${message}`);
  }
}

function tellFault(
  { onFault }: EmbeddedOptions,
  { message, stack }: { message: string; stack: string },
): void {
  const error = new Error(message);
  error.stack = stack;
  if (onFault) onFault(error);
  else process.emitWarning(error);
}

/** Two ways to write one directory are one directory. */
function canonical(directory: string): string {
  const absolute = resolve(directory);
  return existsSync(absolute) ? realpathSync(absolute) : absolute;
}
