import { z } from 'zod';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';

/** The chapter of the documentation. */
export const MONITORING = 'Monitoring';

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

const connectionStatus = z
  .object({
    state: z.enum(['up', 'down', 'connecting']),
    since: z.iso.datetime().meta({ examples: ['2026-01-01T00:00:00.000Z'] }),
  })
  .meta({ id: 'ConnectionStatus' });

/** @param state of the database in the example */
const readiness = <const Status extends string>(statuses: Status[], state: 'up' | 'down') =>
  z.object({
    status: z.enum(statuses),
    dependencies: z
      .record(z.string(), connectionStatus)
      .describe('`database`, and where they are configured `redis` and `amqp`')
      .meta({ examples: [{ database: { state, since: '2026-01-01T00:00:00.000Z' } }] }),
    storage: z
      .object({ state: z.enum(['ok', 'full']), since: z.iso.datetime() })
      .optional()
      .describe('`full` while the database refuses writes because it has no space'),
  });

const getHealth = operation({
  id: 'getHealth',
  method: 'get',
  path: '/healthz',
  tag: MONITORING,
  summary: 'Check that the process responds',
  description: 'For a supervisor that restarts a process without a response.',
  responses: {
    200: {
      description: 'The process responds',
      schema: z.object({
        status: z.literal('ok'),
        uptime: z
          .int()
          .describe('Seconds since the start')
          .meta({ examples: [3600] }),
      }),
    },
  },
  access: 'monitoring',
});

const getReadiness = operation({
  id: 'getReadiness',
  method: 'get',
  path: '/readyz',
  tag: MONITORING,
  summary: 'Check that the chat can be used',
  description:
    'For a load balancer. An unavailable `redis` or `amqp`, or full storage, does not change the status code, because the chat can be used without them. The cause of an outage is only in the log.',
  responses: {
    200: { description: 'The database is available', schema: readiness(['ready'], 'up') },
    503: {
      description: 'The database is unavailable, or the server is stopping',
      schema: readiness(['waiting', 'stopping'], 'down'),
    },
  },
  access: 'monitoring',
});

/**
 * `/healthz`: 200 while the process responds, so that a supervisor restarts it only when it hangs.
 * `/readyz`: 200 when every dependency is up and the server is not stopping, otherwise 503, so that a load balancer selects
 * another server. Full storage does not cause 503: reads work, and no other server of this database could write either.
 * Both are JSON. The cause of an outage is in the log only, because these addresses are public.
 */
export function healthEndpoints({
  dependencies,
  optional = {},
  storage,
  stopping,
}: HealthDependencies): Endpoint[] {
  return [
    endpoint(getHealth, (_input, _req, res) => {
      res.set('Cache-Control', 'no-store').json({ status: 'ok', uptime: Math.floor(process.uptime()) });
    }),

    endpoint(getReadiness, (_input, _req, res) => {
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
    }),
  ];
}
