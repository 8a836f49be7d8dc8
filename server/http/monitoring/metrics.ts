import type { Request } from 'express';
import proxyAddr from 'proxy-addr';
import { requireSecret } from '../../auth/secrets.js';
import { isLoopback } from '../../limits/address-group.js';
import { ChatError } from '../../protocol/errors.js';
import { CONTENT_TYPE } from '../../telemetry/metrics/snapshots.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import { MONITORING } from './health.js';

export interface MetricsDependencies {
  /** The metrics of all processes of this server, in Prometheus' text format. */
  metrics: () => Promise<string>;
  /** Bearer token of `/metrics`; null: open to this machine alone. */
  secret: string | null;
}

const getMetrics = operation({
  id: 'getMetrics',
  method: 'get',
  path: '/metrics',
  tag: MONITORING,
  summary: 'Read the metrics of all processes',
  description:
    'In the text format of Prometheus. With `METRICS_TOKEN`, the token is required; without it, requests from the machine of the server are answered that no proxy has forwarded.',
  responses: { 200: { description: 'The metrics', type: 'text/plain' } },
  access: 'operator',
});

/** `/metrics` for Prometheus. */
export function metricsEndpoints({ metrics, secret }: MetricsDependencies): Endpoint[] {
  return [
    endpoint(getMetrics, async (_input, req, res) => {
      if (secret !== null) requireSecret(secret, req.get('authorization'));
      else requireLocal(req);
      res
        .set('Cache-Control', 'no-store')
        .type(CONTENT_TYPE)
        .send(await metrics());
    }),
  ];
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
