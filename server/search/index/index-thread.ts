import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Backoff } from '../../lib/backoff.js';
import { ChatError } from '../../protocol/errors.js';
import { ROOT } from '../../runtime/project-root.js';
import type { Log } from '../../telemetry/logger.js';
import type { IndexQuery } from './index-query.js';
import type { Found, IndexCommand, IndexMessage, IndexStats, IndexThreadOptions } from './thread-messages.js';

/** Milliseconds for the thread to answer a query. */
const ANSWER_TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 2_000;
/** Longest time between two starts of a thread that ends. */
const MAX_RESTART_DELAY_MS = 30_000;

interface Waiting {
  resolve(message: Exclude<IndexMessage, { kind: 'failed' }>): void;
  reject(error: Error): void;
  timeout: NodeJS.Timeout;
}

/** The thread of the search index, started again when it ends. */
export class IndexThread {
  readonly #options: IndexThreadOptions;
  readonly #log: Log;
  readonly #backoff = new Backoff(1_000, MAX_RESTART_DELAY_MS);
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | null = null;
  #requests = 0;
  #isStopped = false;

  constructor(options: IndexThreadOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  start(): void {
    const worker = startThread(this.#options);
    this.#worker = worker;
    worker.on('message', (message: IndexMessage) => this.#receive(message));
    worker.on('error', (error) => this.#log.error({ err: error }, 'search index: thread failed'));
    worker.once('exit', () => this.#ended());
  }

  /** @throws ChatError `search-unavailable` */
  async query(query: IndexQuery): Promise<Found> {
    const answer = await this.#ask((request) => ({ kind: 'query', request, query }));
    if (answer.kind !== 'found') throw new TypeError(`the thread answered with ${answer.kind}`);
    return { hits: answer.hits, percent: answer.percent };
  }

  /** The state of the index; null while its thread does not answer. */
  async stats(): Promise<IndexStats | null> {
    try {
      const answer = await this.#ask((request) => ({ kind: 'stats', request }));
      return answer.kind === 'stats' ? answer : null;
    } catch {
      return null;
    }
  }

  #ask(command: (request: number) => IndexCommand): Promise<Exclude<IndexMessage, { kind: 'failed' }>> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(unavailable());
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => this.#settle(request)?.reject(unavailable()), ANSWER_TIMEOUT_MS);
      this.#waiting.set(request, { resolve, reject, timeout });
      worker.postMessage(command(request));
    });
  }

  /** Resolves when the thread has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#restart) clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'stop' } satisfies IndexCommand);
    const timeout = setTimeout(() => void worker.terminate(), ANSWER_TIMEOUT_MS);
    await ended;
    clearTimeout(timeout);
  }

  #receive(message: IndexMessage): void {
    const waiting = this.#settle(message.request);
    if (message.kind !== 'failed') {
      this.#backoff.reset();
      waiting?.resolve(message);
    } else {
      this.#log.error({ reason: message.reason }, 'search index: query failed');
      waiting?.reject(unavailable());
    }
  }

  #settle(request: number): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    clearTimeout(waiting?.timeout);
    return waiting;
  }

  #ended(): void {
    this.#worker = null;
    for (const request of [...this.#waiting.keys()]) this.#settle(request)?.reject(unavailable());
    if (!this.#isStopped) this.#restart = setTimeout(() => this.start(), this.#backoff.next());
  }
}

export function unavailable(): ChatError {
  return new ChatError('search-unavailable', 'the search index cannot be used at the moment', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}

/** Starts built code directly. The sources, in tests and in development, are TypeScript and need tsx. */
function startThread(workerData: IndexThreadOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(path.join(ROOT, 'dist/server/search/index/thread.js'), { workerData });
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const source = new URL('./thread.ts', import.meta.url).href;
  const load = `import('${tsx}').then(({ register }) => { register(); return import('${source}'); })`;
  return new Worker(load, { eval: true, workerData });
}
