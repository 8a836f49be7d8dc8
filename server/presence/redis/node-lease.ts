import type { Clock } from '../clock.js';
import type { Keys } from './keys.js';
import type { RedisLink } from './redis-link.js';

export interface NodeLeaseOptions {
  clock: Clock;
  keys: Keys;
  node: string;
  /** Milliseconds within which everybody knows that a process is gone. */
  heartbeatMs: number;
}

/** Milliseconds after which a node is forgotten whose lease has run out, and its keys expire. */
export const KEEP_MS = 600_000;

/** Milliseconds of a lease: with a fourth of the period left for others to notice that it has run out. */
export function leaseMs(heartbeatMs: number): number {
  return Math.round((heartbeatMs * 3) / 4);
}

/**
 * Keeps this node's lease, four times per period, and asks for those of the others. A link on which this is not
 * answered for a lease is dead, whatever TCP thinks of it: it is dropped.
 */
export class NodeLease {
  readonly #link: RedisLink;
  readonly #options: NodeLeaseOptions;
  readonly #onBeat: (isKept: boolean, living: string[]) => void;
  #cancelNext: (() => void) | null = null;
  #isStopped = false;

  /**
   * @param onBeat `isKept: false`: there is no lease, or it has run out; for others this node is not there
   */
  constructor(
    link: RedisLink,
    options: NodeLeaseOptions,
    onBeat: (isKept: boolean, living: string[]) => void,
  ) {
    this.#link = link;
    this.#options = options;
    this.#onBeat = onBeat;
  }

  /** Resolves after the first beat. Never rejects: a failure drops the link. */
  async start(): Promise<void> {
    await this.#beat();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelNext?.();
  }

  async #beat(): Promise<void> {
    const { clock, keys, node, heartbeatMs } = this.#options;
    const { commands, subscriber } = this.#link;
    const cancelDeadline = clock.after(leaseMs(heartbeatMs), () =>
      this.#link.drop(new Error('Redis does not answer')),
    );
    try {
      const [[isKept, living]] = await Promise.all([
        commands.beat(keys.nodes, node, leaseMs(heartbeatMs), KEEP_MS),
        subscriber.ping(),
      ]);
      if (this.#isStopped) return;
      this.#cancelNext = clock.after(heartbeatMs / 4, () => void this.#beat());
      this.#onBeat(isKept === 1, living);
    } catch (error) {
      this.#link.drop(error as Error);
    } finally {
      cancelDeadline();
    }
  }
}
