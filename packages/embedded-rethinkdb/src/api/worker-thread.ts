import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../package-root.js';
import type { WorkerCommand, WorkerMessage, WorkerOptions } from '../wire/thread-messages.js';
import { EmbeddedError } from './embedded-error.js';

/** The thread of a database. */
export class WorkerThread {
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;

  constructor(options: WorkerOptions) {
    this.#worker = startWorker(options);
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  onMessage(listener: (message: WorkerMessage) => void): void {
    this.#worker.on('message', listener);
  }

  onError(listener: (error: Error) => void): void {
    this.#worker.on('error', listener);
  }

  send(command: WorkerCommand): void {
    this.#worker.postMessage(command);
  }

  /** Resolves with the port when the database listens; null: it has no TCP port. @throws EmbeddedError */
  ready({ host, port, socketPath }: WorkerOptions): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.onError((error) => reject(new EmbeddedError('embedded-failed', error.message)));
      void this.ended.then(() =>
        reject(new EmbeddedError('embedded-failed', 'The database ended during its start.')),
      );
      this.onMessage((message) => {
        if (message.kind === 'listening') resolve(message.port);
        else if (message.kind !== 'refused') return;
        else if (message.code === 'EADDRINUSE') reject(portTaken(host, port, socketPath));
        else reject(startError(message.code, message.message));
      });
    });
  }

  /** Resolves when the thread has written a consistent copy of its data file to a directory. */
  copyTo(directory: string): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.ended.then(() => reject(new EmbeddedError('embedded-failed', 'The database was stopped.')));
      this.onMessage((message) => {
        if (message.kind !== 'copied' || message.directory !== directory) return;
        if (message.error === null) resolve();
        else reject(new EmbeddedError('embedded-failed', `The data cannot be copied: ${message.error}`));
      });
      this.send({ kind: 'copy', directory });
    });
  }
}

/** Starts built code directly. The sources, in tests and in development, are TypeScript and need tsx. */
function startWorker(workerData: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(path.join(PACKAGE_ROOT, 'dist/worker.js'), { workerData });
  // Node 20 does not apply the loader of `--import` to threads: the thread registers it.
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const source = new URL('../worker.ts', import.meta.url).href;
  const load = `import('${tsx}').then(({ register }) => { register(); return import('${source}'); })`;
  return new Worker(load, { eval: true, workerData });
}

function portTaken(host: string, port: number | null, socketPath: string | null): EmbeddedError {
  const place = port === null || port === 0 ? `The Unix socket ${socketPath}` : `Port ${port} on ${host}`;
  return new EmbeddedError('embedded-port-taken', `${place} is taken by another process.`);
}

function startError(code: string, message: string): EmbeddedError {
  switch (code) {
    case 'embedded-directory-unusable':
    case 'embedded-directory-locked':
    case 'embedded-directory-damaged':
    case 'embedded-storage-full':
      return new EmbeddedError(code, message);
    default:
      return new EmbeddedError('embedded-failed', `The database cannot be started: ${message}`);
  }
}
