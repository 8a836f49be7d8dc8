import { Router } from 'express';
import { requireSecret } from '../auth/secrets.js';
import { CONTENT_TYPE } from '../metrics/readings.js';
import { onlyMethods } from './problems.js';

export interface MetricsParts {
  /** All numbers, of all processes that serve together, in Prometheus' text format. */
  metrics: () => Promise<string>;
  /** Bearer token of `/metrics`; null: open to everybody. */
  secret: string | null;
}

/** `/metrics` for Prometheus. */
export function metricsRouter({ metrics, secret }: MetricsParts): Router {
  const router = Router();
  router
    .route('/metrics')
    .get(async (req, res) => {
      if (secret !== null) requireSecret(secret, req.get('authorization'));
      res
        .set('Cache-Control', 'no-store')
        .type(CONTENT_TYPE)
        .send(await metrics());
    })
    .all(onlyMethods('GET'));
  return router;
}
