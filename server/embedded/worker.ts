import { parentPort, workerData } from 'node:worker_threads';
import { Hub } from './changefeeds/hub.js';
import { prepareQuery } from './reql/evaluate.js';
import { compileStoredFunction } from './reql/functions.js';
import { DirectoryError } from './storage/environment.js';
import { Storage } from './storage/storage.js';
import { GroupCommit } from './wire/group-commit.js';
import { WireServer } from './wire/server.js';
import type { WorkerMessage, WorkerOptions } from './wire/thread-messages.js';

/** The database's thread: opens the directory, listens, and ends when it is told to. */
async function run(options: WorkerOptions): Promise<void> {
  const storage = Storage.open(options.directory, { compileFunction: compileStoredFunction });
  const commits = new GroupCommit(storage);
  const engine = { storage, hub: new Hub(storage), commits, prepareQuery, onFault: tellFault };
  let server: WireServer;
  try {
    server = await WireServer.listen(engine, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
  tell({ kind: 'listening', port: server.port });
  parentPort?.once('message', async () => {
    await server.close();
    commits.close();
    await storage.close();
    parentPort?.close();
  });
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function tellFault(error: unknown): void {
  tell({ kind: 'fault', message: String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
}

run(workerData as WorkerOptions).catch((error: NodeJS.ErrnoException) => {
  const code = error instanceof DirectoryError ? error.code : (error.code ?? '');
  tell({ kind: 'refused', code, message: error.message });
  parentPort?.close();
});
