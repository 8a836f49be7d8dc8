import { Router } from 'express';
import { onlyMethods } from '../middleware/problems.js';

/** Whether what a dependency stores can grow. */
export interface Storage {
  readonly storage: { state: 'ok' | 'full'; since: Date };
}

/** Something this server needs in order to be of use. */
export interface Dependency {
  readonly status: { state: 'up' | 'down' | 'connecting'; since: Date };
}

export interface HealthDependencies {
  /** By the name under which `/readyz` shows it. */
  dependencies: Record<string, Dependency>;
  /** What it can do without for a while: shown, but no reason to send visitors elsewhere. */
  optional?: Record<string, Dependency>;
  /** What keeps the messages. While it is full, everything can be read, so it does not change the status. */
  storage?: Storage;
  /** Aborted when the server begins to stop. */
  stopping: AbortSignal;
}

/**
 * `/healthz`: 200 for as long as the process answers, so that a supervisor restarts it only when it is stuck.
 * `/readyz`: 200 when every dependency is up and the server is not about to stop, else 503; a balancer then sends
 * visitors elsewhere. A full storage does not make it 503: reading works, and no other server of this database could
 * write either. Both are JSON. Why something is down stands in the log alone, as this is open to everybody.
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
      const ready = !stopping.aborted && isUp;
      const states = Object.entries({ ...dependencies, ...optional }).map(([name, { status }]) => {
        return [name, { state: status.state, since: status.since.toISOString() }] as const;
      });
      res
        .status(ready ? 200 : 503)
        .set('Cache-Control', 'no-store')
        .json({
          status: stopping.aborted ? 'stopping' : ready ? 'ready' : 'waiting',
          dependencies: Object.fromEntries(states),
          ...(storage && {
            storage: { state: storage.storage.state, since: storage.storage.since.toISOString() },
          }),
        });
    })
    .all(onlyMethods('GET'));
  return router;
}
