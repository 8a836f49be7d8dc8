import type { Worker } from 'node:cluster';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type App, startApp } from '../app.js';
import { shutdown } from '../runtime/signals.js';
import { createLog } from '../telemetry/logger.js';
import { snapshotMetrics } from '../telemetry/metrics/snapshots.js';
import { transferConnection } from './connection-transfer.js';
import type { FromWorker, ToWorker, WorkerInit } from './messages.js';
import { METRICS_TIMEOUT_MS, MetricsRequests } from './metrics-requests.js';
import { SessionRouter } from './session-router.js';
import { WorkerListener, workerSocketPath } from './worker-listener.js';

/** Runs one of several worker processes. Node ends it when the primary exits. */
export async function runWorker(self: Worker): Promise<void> {
  const worker = self.id;
  const { config, socketDirectory, awaitDatabase } = await receiveInit();
  removeOnDisconnect(self, socketDirectory);
  const log = createLog(config).child({ worker });
  const listener = new WorkerListener(workerSocketPath(socketDirectory, worker));
  const routing = new SessionRouter({
    worker,
    socketDirectory,
    log,
    isNewConnection: (socket) => listener.isNewConnection(socket),
    isFromWorker: (socket) => listener.isFromWorker(socket),
    transfer: (owner, bytes, socket) => {
      const message: FromWorker = { kind: 'transfer', owner, bytes: bytes.toString('base64') };
      transferConnection(primary, message, socket);
    },
  });
  // Longer than the timeout of the primary, which waits for the other workers.
  const allMetrics = new MetricsRequests(2 * METRICS_TIMEOUT_MS);
  const collectMetrics = () => allMetrics.request((request) => send({ kind: 'metrics.aggregate', request }));
  try {
    const app = await startApp(config, { log, listener, routing, collectMetrics });
    if (awaitDatabase) await app.parts.database.ready(30_000);
    shutDownOnRequest(app, config.shutdownMs);
    const sendMetrics = async (request: number) => {
      const snapshot = await snapshotMetrics(app.parts.registry, String(worker));
      send({ kind: 'metrics.response', request, snapshot });
    };
    process.on('message', (message: ToWorker, socket?: Socket) => {
      if (message.kind === 'connection' && socket)
        listener.accept(socket, message.bytes === null ? null : Buffer.from(message.bytes, 'base64'));
      else if (message.kind === 'metrics.request') void sendMetrics(message.request);
      else if (message.kind === 'metrics.aggregated') allMetrics.receive(message.request, message.snapshots);
    });
    send({ kind: 'listening' });
  } catch (error) {
    send({ kind: 'failed', message: (error as Error).message }, () => process.exit(1));
  }
}

function receiveInit(): Promise<WorkerInit> {
  return new Promise((resolve) => {
    process.once('message', (message: ToWorker) => {
      if (message.kind === 'init') resolve(message);
      else process.exit(0);
    });
    send({ kind: 'ready' });
  });
}

/** Ctrl+C in a terminal signals all processes, and the primary sends `stop` as well: only the first one counts. */
function shutDownOnRequest(app: App, timeoutMs: number): void {
  let isShuttingDown = false;
  const shutDown = () => {
    if (isShuttingDown) return;
    isShuttingDown = true;
    void shutdown(() => app.stop(), timeoutMs);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, shutDown);
  process.on('message', ({ kind }: ToWorker) => kind === 'stop' && shutDown());
}

/** Removes the directory of the Unix sockets if the primary was killed; otherwise the primary removes it. */
function removeOnDisconnect(self: Worker, socketDirectory: string): void {
  self.once('disconnect', () => {
    try {
      rmSync(socketDirectory, { recursive: true, force: true });
    } catch {
      // Another worker is removing it.
    }
  });
}

/** The channel to the primary, which every worker has. */
const primary = process as Required<Pick<NodeJS.Process, 'send'>>;

function send(message: FromWorker, sent = () => {}): void {
  primary.send(message, undefined, undefined, sent);
}
