import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { Backoff } from '../lib/backoff.js';
import type { Log } from '../telemetry/logger.js';
import { processRegistry } from '../telemetry/metrics/registry.js';
import { snapshotMetrics } from '../telemetry/metrics/snapshots.js';
import { sendConnection } from './connection-handover.js';
import { type FromWorker, METRICS_TIMEOUT_MS, type ToWorker, type WorkerInit } from './messages.js';
import { MetricsCollector } from './metrics-collector.js';

/** Milliseconds after which the end of a worker does not count as one more of several in a row. */
const STABLE_MS = 10_000;
/** Milliseconds before a worker is replaced: at first, and at most when one after the other ends. */
const REPLACE_MS = 100;
const REPLACE_MAX_MS = 30_000;

/** The processes that serve: started, given connections, replaced when they end, stopped. */
export class Workers {
  readonly #count: number;
  readonly #assignment: WorkerInit;
  readonly #log: Log;
  /** All there are, each with the connections that are on their way to it. */
  readonly #alive = new Map<Worker, Set<Socket>>();
  /** Those that take connections. Who got the last one comes last. */
  readonly #serving = new Set<Worker>();
  readonly #gathering = new MetricsCollector(METRICS_TIMEOUT_MS);
  readonly #registry = processRegistry();
  #isStarted = false;
  #isStopping = false;

  constructor(count: number, assignment: WorkerInit, log: Log) {
    this.#count = count;
    this.#assignment = assignment;
    this.#log = log;
  }

  /** Resolves when all serve. @throws Error for the operator, when one of them cannot */
  async start(): Promise<void> {
    const places = Array.from({ length: this.#count }, () => new Backoff(REPLACE_MS, REPLACE_MAX_MS));
    await Promise.all(places.map((backoff) => this.#fork(backoff)));
    this.#isStarted = true;
  }

  /** Gives a new connection to the worker whose turn it is. One that is too busy to take what it was given is spared. */
  connect(socket: Socket): void {
    let next: Worker | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const worker of this.#serving) {
      const { size } = this.#alive.get(worker)!;
      if (size < least) [next, least] = [worker, size];
    }
    if (!next) {
      socket.destroy();
      return;
    }
    this.#serving.delete(next);
    this.#serving.add(next);
    this.#give(next, { kind: 'connection', bytes: null }, socket);
  }

  /**
   * Sends all away, and ends those that are not gone in time.
   * @returns how many had to be ended
   */
  async stop(withinMs: number): Promise<number> {
    this.#isStopping = true;
    const gone = [...this.#alive.keys()].map(
      (worker) => new Promise((resolve) => worker.once('exit', resolve)),
    );
    for (const worker of this.#alive.keys()) tell(worker, { kind: 'stop' });
    let late = 0;
    const timer = setTimeout(() => {
      late = this.#alive.size;
      for (const worker of this.#alive.keys()) worker.process.kill('SIGKILL');
    }, withinMs);
    await Promise.all(gone);
    clearTimeout(timer);
    return late;
  }

  /** Resolves when the worker serves; rejects when it ends before. */
  #fork(backoff: Backoff): Promise<void> {
    const worker = cluster.fork();
    const forked = Date.now();
    let failure: string | undefined;
    this.#alive.set(worker, new Set());
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker, socket?: Socket) => {
        if (message.kind === 'awake') tell(worker, { kind: 'assignment', ...this.#assignment });
        else if (message.kind === 'failed') failure = message.message;
        else if (message.kind === 'handOver') this.#handOver(worker, message, socket);
        else if (message.kind === 'reading')
          this.#gathering.receive(worker.id, message.request, [message.reading]);
        else if (message.kind === 'readAll') void this.#readAll(worker, message.request);
        else if (message.kind === 'serving') {
          this.#serving.add(worker);
          this.#log.info({ worker: worker.id, pid: worker.process.pid }, 'cluster: a worker serves');
          resolve();
        }
      });
      worker.once('exit', (code, signal) => {
        for (const socket of this.#alive.get(worker)!) socket.destroy();
        this.#alive.delete(worker);
        const served = this.#serving.delete(worker);
        reject(new Error(failure ?? `a process ended with ${signal ?? code} before it could serve`));
        if (this.#isStopping || !(served || this.#isStarted)) return;
        if (Date.now() - forked > STABLE_MS) backoff.reset();
        const end = { worker: worker.id, pid: worker.process.pid, code, signal, reason: failure };
        this.#replace(backoff, end);
      });
    });
  }

  #replace(backoff: Backoff, end: object): void {
    const wait = Math.round(backoff.next());
    this.#log.error({ ...end, replacedInMs: wait }, 'cluster: a worker ended, another takes its place');
    setTimeout(() => {
      if (!this.#isStopping) this.#fork(backoff).catch(() => {});
    }, wait);
  }

  /** The numbers of this process and of all that serve, for a worker that was asked for them. */
  async #readAll(asker: Worker, request: number): Promise<void> {
    const serving = [...this.#serving];
    const ids = serving.map(({ id }) => id);
    const readings = await this.#gathering.collect(ids, (own) => {
      for (const worker of serving) tell(worker, { kind: 'read', request: own });
    });
    const own = await snapshotMetrics(this.#registry, 'primary');
    tell(asker, { kind: 'readings', request, readings: [own, ...readings] });
  }

  /** A connection for a worker that is gone returns to its sender, which knows what to answer. */
  #handOver(sender: Worker, { owner, bytes }: { owner: number; bytes: string }, socket?: Socket): void {
    if (!socket) return; // closed on its way here
    const wanted = [...this.#serving].find(({ id }) => id === owner);
    this.#give(wanted ?? sender, { kind: 'connection', bytes }, socket);
  }

  #give(worker: Worker, message: ToWorker, socket: Socket): void {
    const underWay = this.#alive.get(worker);
    underWay?.add(socket);
    sendConnection(worker, message, socket, () => underWay?.delete(socket));
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // A worker that has just ended cannot be told; its `exit` follows.
  worker.send(message, () => {});
}
