import type { Clock } from '../clock.js';
import type { Keys } from './keys.js';
import type { RedisLink } from './redis-link.js';

export interface NodeLeaseOptions {
  clock: Clock;
  keys: Keys;
  /** This node. */
  node: string;
  /** Milliseconds within which all processes notice that a process has ended. */
  heartbeatMs: number;
}

/** Milliseconds after which a node with an expired lease is removed, and its keys expire. */
export const KEEP_MS = 600_000;

/** Milliseconds of a lease: a fourth of the period is left for others to notice that the lease has expired. */
export function leaseMs(heartbeatMs: number): number {
  return Math.round((heartbeatMs * 3) / 4);
}

/**
 * Renews this node's lease four times per period, and reads the leases of the others. A link on which this is not
 * answered for the duration of a lease is dropped, whatever the state of its TCP connections.
 */
export class NodeLease {
  readonly #link: RedisLink;
  readonly #options: NodeLeaseOptions;
  readonly #onRenewal: (isHeld: boolean, living: string[]) => void;
  #cancelNext: (() => void) | null = null;
  #isStopped = false;

  /**
   * @param onRenewal `isHeld: false`: the lease has expired or never existed, so others ignore the entries of this node;
   *   `living`: the nodes with a lease
   */
  constructor(
    link: RedisLink,
    options: NodeLeaseOptions,
    onRenewal: (isHeld: boolean, living: string[]) => void,
  ) {
    this.#link = link;
    this.#options = options;
    this.#onRenewal = onRenewal;
  }

  /** Resolves after the first renewal. Never rejects: a failure drops the link. */
  async start(): Promise<void> {
    await this.#renew();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelNext?.();
  }

  async #renew(): Promise<void> {
    const { clock, keys, node, heartbeatMs } = this.#options;
    const { commands, subscriber } = this.#link;
    const cancelDeadline = clock.after(leaseMs(heartbeatMs), () =>
      this.#link.drop(new Error('Redis does not answer')),
    );
    try {
      const [[isHeld, living]] = await Promise.all([
        commands.renewLease(keys.nodes, node, leaseMs(heartbeatMs), KEEP_MS),
        subscriber.ping(),
      ]);
      if (this.#isStopped) return;
      this.#cancelNext = clock.after(heartbeatMs / 4, () => void this.#renew());
      this.#onRenewal(isHeld === 1, living);
    } catch (error) {
      this.#link.drop(error as Error);
    } finally {
      cancelDeadline();
    }
  }
}
