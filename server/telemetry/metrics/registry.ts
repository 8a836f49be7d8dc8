import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { diagnostics } from '../diagnostics-channels.js';

export type { Registry };

/** Values that are read whenever metrics are collected, by the metric's name without its prefix. */
export type Gauges = Record<string, { help: string; value: () => number | Promise<number> }>;

/** Prefix of the names of all metrics. */
export const PREFIX = 'changeroom_';
/** From a write on the same machine to an overloaded database. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of any process: CPU, memory, event loop. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  return registry;
}

/** Metrics of a process that serves requests. */
export function serverRegistry(gauges: Gauges): Registry {
  const registry = processRegistry();
  const registers = [registry];
  for (const [name, { help, value }] of Object.entries(gauges)) {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  }

  const insertSeconds = new Histogram({
    name: `${PREFIX}insert_seconds`,
    help: 'Duration of insert queries',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const insertRows = new Histogram({
    name: `${PREFIX}insert_batch_messages`,
    help: 'Messages per insert query',
    buckets: [1, 2, 5, 10, 20, 50],
    registers,
  });
  const deliverySeconds = new Histogram({
    name: `${PREFIX}delivery_seconds`,
    help: 'Time from the timestamp of a message until it is passed to the sockets',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const writtenFrames = new Histogram({
    name: `${PREFIX}write_batch_frames`,
    help: 'Frames of a room per write to a socket',
    buckets: [1, 2, 5, 10, 20, 50, 100],
    registers,
  });
  const feeds = new Counter({
    name: `${PREFIX}feeds_opened_total`,
    help: 'Changefeeds opened, by whether they were opened again after a loss',
    labelNames: ['again'],
    registers,
  });

  const refused = new Counter({
    name: `${PREFIX}refused_connections_total`,
    help: 'Connections refused before routing, by error code: invalid targets, upgrades, hosts or HTTP',
    labelNames: ['code'],
    registers,
  });

  const pushes = new Counter({
    name: `${PREFIX}pushes_total`,
    help: 'Notifications for browsers by outcome: sent, gone (the subscription has ended), failed, postponed (the push service failed a moment ago), dropped (too many wait)',
    labelNames: ['outcome'],
    registers,
  });

  diagnostics.inserted.subscribe(({ rows, seconds }) => {
    insertSeconds.observe(seconds);
    insertRows.observe(rows);
  });
  diagnostics.delivered.subscribe(({ seconds }) => deliverySeconds.observe(seconds));
  diagnostics.written.subscribe(({ frames }) => writtenFrames.observe(frames));
  diagnostics.pushed.subscribe((event) => pushes.inc(event));
  diagnostics.refused.subscribe((event) => refused.inc(event));
  diagnostics.feedOpened.subscribe(({ again }) => feeds.inc({ again: String(again) }));
  return registry;
}
