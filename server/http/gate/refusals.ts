import type { ErrorCode } from '../../protocol/errors.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';

/** Milliseconds between two warnings: anyone can send refused requests at any rate. */
const WARNING_INTERVAL_MS = 60_000;

/** Counts and logs connections that the gate refuses: each at `debug`, the counts at `warn`. */
export class Refusals {
  readonly #log: Log;
  readonly #now: () => number;
  #counts = new Map<ErrorCode, number>();
  #lastWarning = Number.NEGATIVE_INFINITY;

  constructor(
    log: Log,
    /** Milliseconds since any fixed moment. */
    now = () => performance.now(),
  ) {
    this.#log = log;
    this.#now = now;
  }

  /** @param about fields for the log; without the query, which can contain secrets */
  add(
    code: ErrorCode,
    about: { method?: string | undefined; path?: string; address?: string | undefined; reason?: string },
  ): void {
    diagnostics.refused.publish({ code });
    this.#log.debug({ code, ...about }, 'http: connection refused');
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    if (this.#now() - this.#lastWarning < WARNING_INTERVAL_MS) return;
    this.#lastWarning = this.#now();
    this.#log.warn({ refused: Object.fromEntries(this.#counts) }, 'http: connections refused');
    this.#counts = new Map();
  }
}
