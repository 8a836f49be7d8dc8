import type { PushLease } from '../database/tables/push-lease.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';

export interface LeaseHolderDependencies {
  lease: PushLease;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** This process holds the lease from now on. @param seen as `PushLease.claim` */
  acquired(seen: number | null): void;
  lost(): void;
  /** Messages sent before this time were pushed; null if that is not known yet. */
  seen(): number | null;
  /** Milliseconds between two attempts to take or renew the lease. */
  renewMs?: number | undefined;
}

const RENEW_INTERVAL_MS = 5_000;
/** The same after an error, such as before the database is connected. */
const RETRY_INTERVAL_MS = 1_000;
/** Milliseconds after which another process can take the lease. */
const LEASE_MS = 20_000;
/** Milliseconds after its renewal for which this process uses it: less, since the answer of the database takes time. */
const USE_MS = 15_000;

/** Competes for the lease of the process that pushes notifications, and renews it while this process holds it. */
export class LeaseHolder {
  readonly #dependencies: LeaseHolderDependencies;
  #timer: NodeJS.Timeout | null = null;
  #renewedAt: number | null = null;
  #isStopped = false;

  constructor(dependencies: LeaseHolderDependencies) {
    this.#dependencies = dependencies;
  }

  get isHeld(): boolean {
    return this.#renewedAt !== null && this.#dependencies.now() < this.#renewedAt + USE_MS;
  }

  start(): void {
    void this.#attempt();
  }

  /** @param seen as `PushLease.claim` */
  async stop(seen: number | null): Promise<void> {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#renewedAt === null) return;
    this.#lose();
    await this.#dependencies.lease.release(seen).catch(() => {});
  }

  async #attempt(): Promise<void> {
    const { lease, log, now, acquired, seen } = this.#dependencies;
    const startedAt = now();
    let delayMs = this.#dependencies.renewMs ?? RENEW_INTERVAL_MS;
    try {
      const isFirst = this.#renewedAt === null;
      const claimed = await lease.claim(LEASE_MS, isFirst ? null : seen());
      if (this.#isStopped) return;
      if (!claimed) this.#lose();
      else {
        this.#renewedAt = startedAt;
        if (isFirst) acquired(claimed.seen);
      }
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'push: the lease could not be renewed');
      delayMs = RETRY_INTERVAL_MS;
      if (!this.isHeld) this.#lose();
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#attempt(), delayMs * (0.9 + Math.random() / 5)).unref();
  }

  #lose(): void {
    if (this.#renewedAt === null) return;
    this.#renewedAt = null;
    this.#dependencies.lost();
  }
}
