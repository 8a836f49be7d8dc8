import cluster from 'node:cluster';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { startApp } from '../app.js';
import { stopWithin } from '../lifecycle.js';
import { createLog } from '../log.js';
import { sendConnection } from './connection-handover.js';
import type { Assignment, FromWorker, ToWorker } from './messages.js';
import { SessionRouter } from './session-router.js';

/** One of several processes. When the primary is gone, Node ends it: without its listening port it is of no use. */
export async function runWorker(): Promise<void> {
  const { id } = cluster.worker!;
  const { config, folder, awaitDatabase } = await assignment();
  removeWhenOrphaned(folder);
  const log = createLog(config).child({ worker: id });
  const router = new SessionRouter({
    worker: id,
    folder,
    log,
    handOver: (owner, bytes, socket) =>
      sendConnection(
        channel(),
        { kind: 'handOver', owner, bytes: bytes.toString('base64') } satisfies FromWorker,
        socket,
      ),
  });
  try {
    await router.open();
    const app = await startApp(config, { log, routing: router });
    if (awaitDatabase) await app.parts.database.ready(30_000);
    let isLeaving = false;
    const leave = () => {
      // A terminal tells all processes of Ctrl+C, and the primary tells its workers.
      if (isLeaving) return;
      isLeaving = true;
      void stopWithin(() => app.stop(), config.shutdownMs);
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, leave);
    process.on('message', (message: ToWorker, socket?: Socket) => {
      if (message.kind === 'stop') leave();
      else if (message.kind === 'connection' && socket)
        router.adopt(socket, Buffer.from(message.bytes, 'base64'));
    });
    tell({ kind: 'listening', url: app.url });
  } catch (error) {
    channel().send({ kind: 'failed', message: (error as Error).message } satisfies FromWorker, () =>
      process.exit(1),
    );
  }
}

function assignment(): Promise<Assignment> {
  return new Promise((resolve) => {
    process.once('message', (message: ToWorker) => {
      if (message.kind === 'assignment') resolve(message);
      else process.exit(0);
    });
    tell({ kind: 'awake' });
  });
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

function tell(message: FromWorker): void {
  channel().send(message);
}

/** The way to the primary. */
function channel() {
  return process as Required<Pick<NodeJS.Process, 'send'>>;
}
