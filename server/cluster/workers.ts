import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { Backoff } from '../database/backoff.js';
import type { Log } from '../log.js';
import { sendConnection } from './connection-handover.js';
import type { Assignment, FromWorker, ToWorker } from './messages.js';

/** Milliseconds after which the end of a worker does not count as one more of several in a row. */
const STABLE_MS = 10_000;
/** Milliseconds before a worker is replaced: at first, and at most when one after the other ends. */
const REPLACE_MS = 100;
const REPLACE_MAX_MS = 30_000;

/** The processes that serve: started, replaced when they end, stopped. Node's cluster module shares the port out. */
export class Workers {
  private readonly alive = new Set<Worker>();
  private readonly listening = new Set<Worker>();
  private isServing = false;
  private isStopping = false;
  private lastUrl: string | null = null;

  constructor(
    private readonly count: number,
    private assignment: Assignment,
    private readonly log: Log,
  ) {}

  /** Resolves with the page's address when all listen. @throws Error for the operator, when one of them cannot */
  async start(): Promise<string> {
    const places = Array.from({ length: this.count }, () => new Backoff(REPLACE_MS, REPLACE_MAX_MS));
    const [url] = await Promise.all(places.map((backoff) => this.fork(backoff)));
    this.isServing = true;
    return url!;
  }

  /**
   * Sends all away, and ends those that are not gone in time.
   * @returns how many had to be ended
   */
  async stop(withinMs: number): Promise<number> {
    this.isStopping = true;
    const gone = [...this.alive].map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of this.alive) tell(worker, { kind: 'stop' });
    let late = 0;
    const timer = setTimeout(() => {
      late = this.alive.size;
      for (const worker of this.alive) worker.process.kill('SIGKILL');
    }, withinMs);
    await Promise.all(gone);
    clearTimeout(timer);
    return late;
  }

  /** Resolves with the page's address when the worker listens; rejects when it ends before. */
  private fork(backoff: Backoff): Promise<string> {
    const worker = cluster.fork();
    const forked = Date.now();
    let failure: string | undefined;
    this.alive.add(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker, socket?: Socket) => {
        if (message.kind === 'awake') this.assign(worker);
        else if (message.kind === 'failed') failure = message.message;
        else if (message.kind === 'handOver') this.handOver(worker, message, socket);
        else if (message.kind === 'listening') {
          this.listening.add(worker);
          this.lastUrl = message.url;
          this.log.info({ worker: worker.id, pid: worker.process.pid }, 'cluster: a worker serves');
          resolve(message.url);
        }
      });
      worker.once('exit', (code, signal) => {
        this.alive.delete(worker);
        const isReplaced = this.listening.delete(worker) || this.isServing;
        reject(new Error(failure ?? `a process ended with ${signal ?? code} before it could serve`));
        if (this.isStopping || !isReplaced) return;
        if (Date.now() - forked > STABLE_MS) backoff.reset();
        const end = { worker: worker.id, pid: worker.process.pid, code, signal, reason: failure };
        this.replace(backoff, end);
      });
    });
  }

  private replace(backoff: Backoff, end: object): void {
    const wait = Math.round(backoff.next());
    this.log.error({ ...end, replacedInMs: wait }, 'cluster: a worker ended, another takes its place');
    setTimeout(() => {
      if (!this.isStopping) this.fork(backoff).catch(() => {});
    }, wait);
  }

  private assign(worker: Worker): void {
    const { config } = this.assignment;
    // Of "any free port" nobody holds the one that was found any more: it has to be asked for by its number.
    if (config.port === 0 && this.listening.size === 0 && this.lastUrl !== null)
      this.assignment = {
        ...this.assignment,
        config: { ...config, port: Number(new URL(this.lastUrl).port) },
      };
    tell(worker, { kind: 'assignment', ...this.assignment });
  }

  /** A connection for a worker that is gone returns to its sender, which knows what to answer. */
  private handOver(
    sender: Worker,
    { owner, bytes }: { owner: number; bytes: string },
    socket?: Socket,
  ): void {
    if (!socket) return; // closed on its way here
    const wanted = [...this.listening].find(({ id }) => id === owner);
    sendConnection(wanted ?? sender, { kind: 'connection', bytes } satisfies ToWorker, socket);
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // A worker that has just ended cannot be told; its `exit` follows.
  worker.send(message, () => {});
}
