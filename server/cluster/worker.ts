import cluster from 'node:cluster';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type App, startApp } from '../app.js';
import { shutdown } from '../runtime/signals.js';
import { createLog } from '../telemetry/logger.js';
import { snapshotMetrics } from '../telemetry/metrics/snapshots.js';
import { sendConnection } from './connection-handover.js';
import { type FromWorker, METRICS_TIMEOUT_MS, type ToWorker, type WorkerInit } from './messages.js';
import { MetricsCollector } from './metrics-collector.js';
import { SessionRouter } from './session-router.js';
import { WorkerListener, workerSocketPath } from './worker-listener.js';

/** Workers are numbered from 1. */
const PRIMARY = 0;

/** One of several processes. When the primary is gone, Node ends it: nobody could come in any more. */
export async function runWorker(): Promise<void> {
  const worker = cluster.worker!.id;
  const { config, folder, awaitDatabase } = await assignment();
  removeWhenOrphaned(folder);
  const log = createLog(config).child({ worker });
  const entrance = new WorkerListener(workerSocketPath(folder, worker));
  const routing = new SessionRouter({
    worker,
    folder,
    log,
    isFresh: (socket) => entrance.isFresh(socket),
    isPassedOn: (socket) => entrance.isPassedOn(socket),
    handOver: (owner, bytes, socket) => {
      const message: FromWorker = { kind: 'handOver', owner, bytes: bytes.toString('base64') };
      sendConnection(channel, message, socket);
    },
  });
  // The primary may have to wait for others as long as it is willing to.
  const gathering = new MetricsCollector(2 * METRICS_TIMEOUT_MS);
  const readings = () => gathering.collect([PRIMARY], (request) => tell({ kind: 'readAll', request }));
  try {
    const app = await startApp(config, { log, entrance, routing, readings });
    if (awaitDatabase) await app.parts.database.ready(30_000);
    leaveWhenAsked(app, config.shutdownMs);
    process.on('message', (message: ToWorker, socket?: Socket) => {
      if (message.kind === 'connection' && socket)
        entrance.take(socket, message.bytes === null ? null : Buffer.from(message.bytes, 'base64'));
      else if (message.kind === 'read') void read(message.request);
      else if (message.kind === 'readings') gathering.receive(PRIMARY, message.request, message.readings);
    });
    const read = async (request: number) => {
      tell({ kind: 'reading', request, reading: await snapshotMetrics(app.parts.registry, String(worker)) });
    };
    tell({ kind: 'serving' });
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message }, () => process.exit(1));
  }
}

function assignment(): Promise<WorkerInit> {
  return new Promise((resolve) => {
    process.once('message', (message: ToWorker) => {
      if (message.kind === 'assignment') resolve(message);
      else process.exit(0);
    });
    tell({ kind: 'awake' });
  });
}

/** A terminal tells all processes of Ctrl+C, and the primary tells its workers: once is enough. */
function leaveWhenAsked(app: App, withinMs: number): void {
  let isLeaving = false;
  const leave = () => {
    if (isLeaving) return;
    isLeaving = true;
    void shutdown(() => app.stop(), withinMs);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, leave);
  process.on('message', ({ kind }: ToWorker) => kind === 'stop' && leave());
}

/** The primary removes the folder, unless it was killed. */
function removeWhenOrphaned(folder: string): void {
  cluster.worker!.once('disconnect', () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another worker is at it.
    }
  });
}

/** The way to the primary. */
const channel = process as Required<Pick<NodeJS.Process, 'send'>>;

function tell(message: FromWorker, told = () => {}): void {
  channel.send(message, undefined, undefined, told);
}
