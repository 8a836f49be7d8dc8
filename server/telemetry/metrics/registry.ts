import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { diagnostics } from '../diagnostics-channels.js';

export type { Registry };

/** What is counted at the moment of asking, by the metric's name without its prefix. */
export type Gauges = Record<string, { help: string; value: () => number | Promise<number> }>;

/** Every name begins so. */
export const PREFIX = 'changeroom_';
/** Seconds: from a write on the same machine to a database that is in trouble. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The numbers of a process as such: CPU, memory, event loop. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  return registry;
}

/** The numbers of a process that serves. */
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
    help: 'Time until the database has answered an insert',
    buckets: SECONDS,
    registers,
  });
  const insertRows = new Histogram({
    name: `${PREFIX}insert_batch_messages`,
    help: 'Messages that travelled in one insert',
    buckets: [1, 2, 5, 10, 20, 50],
    registers,
  });
  const deliverySeconds = new Histogram({
    name: `${PREFIX}delivery_seconds`,
    help: 'Time from a message being sent to its leaving for the sockets',
    buckets: SECONDS,
    registers,
  });
  const writtenFrames = new Histogram({
    name: `${PREFIX}write_batch_frames`,
    help: 'Frames of a room that were written to a socket in one piece',
    buckets: [1, 2, 5, 10, 20, 50, 100],
    registers,
  });
  const feeds = new Counter({
    name: `${PREFIX}feeds_opened_total`,
    help: 'Changefeeds opened, for the first time or again after they were lost',
    labelNames: ['again'],
    registers,
  });

  const refused = new Counter({
    name: `${PREFIX}refused_connections_total`,
    help: 'Connections refused before any route saw them, by the code of the error: bad targets, upgrades, hosts, HTTP',
    labelNames: ['code'],
    registers,
  });

  diagnostics.inserted.subscribe(({ rows, seconds }) => {
    insertSeconds.observe(seconds);
    insertRows.observe(rows);
  });
  diagnostics.delivered.subscribe(({ seconds }) => deliverySeconds.observe(seconds));
  diagnostics.written.subscribe(({ frames }) => writtenFrames.observe(frames));
  diagnostics.refused.subscribe((event) => refused.inc(event));
  diagnostics.feedOpened.subscribe(({ again }) => feeds.inc({ again: String(again) }));
  return registry;
}
