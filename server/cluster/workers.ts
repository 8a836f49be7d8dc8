import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { Backoff } from '../lib/backoff.js';
import type { Log } from '../telemetry/logger.js';
import { processRegistry } from '../telemetry/metrics/registry.js';
import { snapshotMetrics } from '../telemetry/metrics/snapshots.js';
import { transferConnection } from './connection-transfer.js';
import type { FromWorker, ToWorker, WorkerInit } from './messages.js';
import { METRICS_TIMEOUT_MS, MetricsRequests } from './metrics-requests.js';

/** Lifetime after which the exit of a worker resets the backoff of its replacements. */
const STABLE_MS = 10_000;
/** First and longest delay before a worker is replaced. */
const FIRST_REPLACEMENT_DELAY_MS = 100;
const MAX_REPLACEMENT_DELAY_MS = 30_000;

/** The worker processes: starts them, distributes connections, replaces workers that exit, stops them. */
export class Workers {
  readonly #count: number;
  readonly #init: WorkerInit;
  readonly #log: Log;
  /** All workers, each with the connections that are being transferred to it. */
  readonly #transfers = new Map<Worker, Set<Socket>>();
  /** Workers that accept connections, in round-robin order. */
  readonly #listening = new Set<Worker>();
  readonly #metrics = new MetricsRequests(METRICS_TIMEOUT_MS);
  readonly #registry = processRegistry();
  #isStarted = false;
  #isStopping = false;

  constructor(count: number, init: WorkerInit, log: Log) {
    this.#count = count;
    this.#init = init;
    this.#log = log;
  }

  /** Resolves when all workers are listening. @throws Error for the operator, if one of them cannot start */
  async start(): Promise<void> {
    const newBackoff = () => new Backoff(FIRST_REPLACEMENT_DELAY_MS, MAX_REPLACEMENT_DELAY_MS);
    await Promise.all(Array.from({ length: this.#count }, () => this.#fork(newBackoff())));
    this.#isStarted = true;
  }

  /** Sends a new connection to the next worker, preferring workers with fewer pending transfers: the others are busy. */
  connect(socket: Socket): void {
    let next: Worker | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const worker of this.#listening) {
      const pending = this.#transfers.get(worker)?.size ?? 0;
      if (pending < least) [next, least] = [worker, pending];
    }
    if (!next) {
      socket.destroy();
      return;
    }
    this.#listening.delete(next);
    this.#listening.add(next);
    this.#transfer(next, { kind: 'connection', bytes: null }, socket);
  }

  /**
   * Stops all workers, and kills those that have not exited after `timeoutMs`.
   * @returns the number of workers that were killed
   */
  async stop(timeoutMs: number): Promise<number> {
    this.#isStopping = true;
    const workers = [...this.#transfers.keys()];
    const exits = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of workers) send(worker, { kind: 'stop' });
    let killed = 0;
    const timer = setTimeout(() => {
      killed = this.#transfers.size;
      for (const worker of this.#transfers.keys()) worker.process.kill('SIGKILL');
    }, timeoutMs);
    await Promise.all(exits);
    clearTimeout(timer);
    return killed;
  }

  /** Resolves when the worker is listening; rejects if it exits before. */
  #fork(backoff: Backoff): Promise<void> {
    const worker = cluster.fork();
    const forkedAt = Date.now();
    const transfers = new Set<Socket>();
    let failure: string | undefined;
    this.#transfers.set(worker, transfers);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker, socket?: Socket) => {
        if (message.kind === 'ready') send(worker, { kind: 'init', ...this.#init });
        else if (message.kind === 'failed') failure = message.message;
        else if (message.kind === 'transfer') this.#transferToOwner(worker, message, socket);
        else if (message.kind === 'metrics.response')
          this.#metrics.receive(message.request, [message.snapshot]);
        else if (message.kind === 'metrics.aggregate') void this.#sendAllMetrics(worker, message.request);
        else if (message.kind === 'listening') {
          this.#listening.add(worker);
          this.#log.info({ worker: worker.id, pid: worker.process.pid }, 'cluster: worker listening');
          resolve();
        }
      });
      worker.once('exit', (code, signal) => {
        for (const socket of transfers) socket.destroy();
        this.#transfers.delete(worker);
        const wasListening = this.#listening.delete(worker);
        reject(new Error(failure ?? `a worker exited with ${signal ?? code} before it was listening`));
        if (this.#isStopping || !(wasListening || this.#isStarted)) return;
        if (Date.now() - forkedAt > STABLE_MS) backoff.reset();
        const exit = { worker: worker.id, pid: worker.process.pid, code, signal, reason: failure };
        this.#replace(backoff, exit);
      });
    });
  }

  #replace(backoff: Backoff, exit: object): void {
    const replacedInMs = Math.round(backoff.next());
    this.#log.error({ ...exit, replacedInMs }, 'cluster: worker exited, will be replaced');
    setTimeout(() => {
      if (!this.#isStopping) this.#fork(backoff).catch(() => {});
    }, replacedInMs);
  }

  /** Sends the metrics of the primary and of all workers to the worker that requested them. */
  async #sendAllMetrics(requester: Worker, request: number): Promise<void> {
    const responses = [...this.#listening].map((worker) =>
      this.#metrics.request((own) => send(worker, { kind: 'metrics.request', request: own })),
    );
    const own = await snapshotMetrics(this.#registry, 'primary');
    const snapshots = [own, ...(await Promise.all(responses)).flat()];
    send(requester, { kind: 'metrics.aggregated', request, snapshots });
  }

  /** Returns the connection to its sender if the owner has exited; the sender then answers the request. */
  #transferToOwner(
    sender: Worker,
    { owner, bytes }: { owner: number; bytes: string },
    socket?: Socket,
  ): void {
    if (!socket) return; // closed during the transfer
    const recipient = [...this.#listening].find(({ id }) => id === owner) ?? sender;
    this.#transfer(recipient, { kind: 'connection', bytes }, socket);
  }

  #transfer(worker: Worker, message: ToWorker, socket: Socket): void {
    const transfers = this.#transfers.get(worker);
    transfers?.add(socket);
    transferConnection(worker, message, socket, () => transfers?.delete(socket));
  }
}

/** Ignores errors: a worker that has just exited also emits `exit`. */
function send(worker: Worker, message: ToWorker): void {
  worker.send(message, () => {});
}
