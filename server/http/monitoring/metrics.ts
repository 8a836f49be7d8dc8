import { type Request, Router } from 'express';
import proxyAddr from 'proxy-addr';
import { requireSecret } from '../../auth/secrets.js';
import { isLoopback } from '../../limits/address-group.js';
import { ChatError } from '../../protocol/errors.js';
import { CONTENT_TYPE } from '../../telemetry/metrics/snapshots.js';
import { onlyMethods } from '../middleware/problems.js';

export interface MetricsDependencies {
  /** The metrics of all processes of this server, in Prometheus' text format. */
  metrics: () => Promise<string>;
  /** Bearer token of `/metrics`; null: open to this machine alone. */
  secret: string | null;
}

/** `/metrics` for Prometheus. */
export function metricsRouter({ metrics, secret }: MetricsDependencies): Router {
  const router = Router();
  router
    .route('/metrics')
    .get(async (req, res) => {
      if (secret !== null) requireSecret(secret, req.get('authorization'));
      else requireLocal(req);
      res
        .set('Cache-Control', 'no-store')
        .type(CONTENT_TYPE)
        .send(await metrics());
    })
    .all(onlyMethods('GET'));
  return router;
}

/**
 * Accepts requests from this machine only. All forwarded addresses must be local too, whether their proxy is trusted or
 * not: behind a local proxy, every connection comes from this machine.
 * @throws ChatError `local-only`
 */
function requireLocal(req: Request): void {
  if (proxyAddr.all(req).every(isLoopback) && req.headers.forwarded === undefined) return;
  throw new ChatError('local-only', 'without METRICS_TOKEN the numbers are for this machine alone');
}
