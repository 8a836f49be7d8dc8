import { existsSync, realpathSync } from 'node:fs';
import { type DumpSummary, dumpCopy } from './dump.js';
import { EmbeddedError } from './embedded-error.js';
import { type EmbeddedOptions, workerOptions } from './options.js';
import { WorkerThread } from './worker-thread.js';

/** A running database. */
export interface Embedded {
  readonly host: string;
  /** The TCP port; 0 if the database listens at a Unix socket only. */
  readonly port: number;
  /** The path of the Unix socket; null without one. */
  readonly socketPath: string | null;
  /** `rethinkdb://admin:password@host:port`, without the password if it is empty. */
  readonly url: string;
  /**
   * Writes a consistent dump of the running database to a file, atomically. Clients are served in between.
   * @throws EmbeddedError
   */
  dump(file: string): Promise<DumpSummary>;
  /** Disconnects the clients, closes the files and ends the thread. May be called more than once. */
  stop(): Promise<void>;
}

/** The directories that this process has open. LMDB would let two threads open one directory. */
const openDirectories = new Set<string>();

/**
 * Starts a database in a thread of its own and resolves when it listens.
 * @throws EmbeddedError whose `code` names the cause, such as a taken port or a damaged directory
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const settings = workerOptions(options);
  const { host, socketPath, password } = settings;
  const directory = settings.directory === null ? null : canonical(settings.directory);
  if (directory !== null) claim(directory);
  const thread = new WorkerThread({ ...settings, directory });
  void thread.ended.then(() => directory !== null && openDirectories.delete(directory));
  thread.onMessage((message) => {
    if (message.kind === 'notice') options.onNotice?.(message.text);
    else if (message.kind === 'space') options.onSpace?.(message.status);
    else if (message.kind === 'fault') reportFault(options, message);
  });
  const port = await thread.ready(settings).catch(async (error: Error) => {
    await thread.ended;
    throw error;
  });
  let isStopping = false;
  let failure = new Error('The embedded database ended unexpectedly.');
  thread.onError((error) => {
    failure = error;
  });
  void thread.ended.then(() => {
    if (!isStopping) options.onExit?.(failure);
  });
  return {
    host,
    port: port ?? 0,
    socketPath,
    url: urlOf(host, port ?? 0, password),
    dump: (file) => dumpCopy((copy) => thread.copyTo(copy), file),
    stop: async () => {
      if (!isStopping) thread.send({ kind: 'stop' });
      isStopping = true;
      await thread.ended;
    },
  };
}

function claim(directory: string): void {
  if (openDirectories.has(directory)) {
    throw new EmbeddedError(
      'embedded-directory-locked',
      `The data directory ${directory} is already in use by this process.`,
    );
  }
  openDirectories.add(directory);
}

/** The same path for all paths of one directory. */
function canonical(directory: string): string {
  return existsSync(directory) ? realpathSync(directory) : directory;
}

function urlOf(host: string, port: number, password: string): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const user = password === '' ? '' : `admin:${encodeURIComponent(password)}@`;
  return `rethinkdb://${user}${name}:${port}`;
}

function reportFault({ onFault }: EmbeddedOptions, fault: { message: string; stack: string }): void {
  const error = new Error(fault.message);
  error.stack = fault.stack;
  if (onFault) onFault(error);
  else process.emitWarning(error);
}
