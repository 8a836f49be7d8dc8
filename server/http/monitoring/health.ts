import { Router } from 'express';
import { onlyMethods } from '../middleware/problems.js';

/** Whether the database has space for writes. */
export interface Storage {
  readonly storage: { state: 'ok' | 'full'; since: Date };
}

/** A service that the server needs. */
export interface Dependency {
  readonly status: { state: 'up' | 'down' | 'connecting'; since: Date };
}

export interface HealthDependencies {
  /** By the name that `/readyz` shows. */
  dependencies: Record<string, Dependency>;
  /** Dependencies without which the server still serves: shown, without effect on the status code. */
  optional?: Record<string, Dependency>;
  /** The storage of messages. Full storage does not change the status code, because reads still work. */
  storage?: Storage;
  /** Aborted when the server begins to stop. */
  stopping: AbortSignal;
}

/**
 * `/healthz`: 200 while the process responds, so that a supervisor restarts it only when it hangs.
 * `/readyz`: 200 when every dependency is up and the server is not stopping, otherwise 503, so that a load balancer selects
 * another server. Full storage does not cause 503: reads work, and no other server of this database could write either.
 * Both are JSON. The cause of an outage is in the log only, because these addresses are public.
 */
export function healthRouter({ dependencies, optional = {}, storage, stopping }: HealthDependencies): Router {
  const router = Router();
  router
    .route('/healthz')
    .get((_req, res) => {
      res.set('Cache-Control', 'no-store').json({ status: 'ok', uptime: Math.floor(process.uptime()) });
    })
    .all(onlyMethods('GET'));
  router
    .route('/readyz')
    .get((_req, res) => {
      const isUp = Object.values(dependencies).every(({ status }) => status.state === 'up');
      const isReady = !stopping.aborted && isUp;
      const states = Object.entries({ ...dependencies, ...optional }).map(([name, { status }]) => {
        return [name, { state: status.state, since: status.since.toISOString() }] as const;
      });
      res
        .status(isReady ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({
          status: stopping.aborted ? 'stopping' : isReady ? 'ready' : 'waiting',
          dependencies: Object.fromEntries(states),
          ...(storage && {
            storage: { state: storage.storage.state, since: storage.storage.since.toISOString() },
          }),
        });
    })
    .all(onlyMethods('GET'));
  return router;
}
