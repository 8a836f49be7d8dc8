import type { SessionTable } from '../../database/tables/session-table.js';
import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';

export interface SessionPurgeDependencies {
  table: Pick<SessionTable, 'purge'>;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Milliseconds between two deletions of ended sessions. */
const PURGE_INTERVAL_MS = 10 * 60_000;

/** Deletes the rows of ended sessions in regular intervals. @returns a function that stops */
export function purgeRegularly({ table, log, now }: SessionPurgeDependencies): () => void {
  const purge = () =>
    void table
      .purge(now())
      .catch((error: unknown) => log.debug({ reason: reasonOf(error) }, 'session: purge failed'));
  // With jitter, because all processes may have started at once.
  const interval = setInterval(purge, PURGE_INTERVAL_MS * (0.75 + Math.random() / 2));
  interval.unref();
  return () => clearInterval(interval);
}
