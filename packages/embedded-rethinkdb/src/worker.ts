import { parentPort, workerData } from 'node:worker_threads';
import { FeedRegistry } from './feeds/feed-registry.js';
import { prepareQuery } from './query/evaluate.js';
import { compileStoredFunction } from './query/functions/compile-stored.js';
import { DirectoryError } from './storage/environment.js';
import { Storage } from './storage/storage.js';
import { GroupCommit } from './wire/group-commit.js';
import { ByteBudget, DEFAULT_LIMITS } from './wire/limits.js';
import { WireServer } from './wire/server.js';
import type { WorkerMessage, WorkerOptions } from './wire/thread-messages.js';

/** How often it looks whether the disk is full, or is so no longer, in milliseconds. */
const SPACE_CHECK_MS = 1_000;

/** The database's thread: opens the directory, listens, and ends when it is told to. */
async function run(options: WorkerOptions): Promise<void> {
  const space = { limitBytes: options.dataLimitBytes, reserveBytes: options.reserveBytes };
  const storage = Storage.open(options.directory, { compileFunction: compileStoredFunction, space });
  const onNotice = (text: string) => tell({ kind: 'notice', text });
  storage.environment.notices.forEach(onNotice);
  const commits = new GroupCommit(storage);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const budget = new ByteBudget(limits.queryBytes);
  const engine = {
    storage,
    registry: new FeedRegistry(storage),
    commits,
    limits,
    budget,
    prepareQuery,
    onNotice,
    onFault: tellFault,
  };
  let server: WireServer;
  try {
    server = await WireServer.listen(engine, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
  tell({ kind: 'listening', port: server.port });
  const watch = watchSpace(storage);
  parentPort?.once('message', async () => {
    clearInterval(watch);
    await server.close();
    commits.close();
    await storage.close();
    parentPort?.close();
  });
}

/** Reports each change of the status of the storage. */
function watchSpace({ space }: Storage): NodeJS.Timeout {
  let reported: string = 'ok';
  const look = () => {
    const status = space.check();
    if (status.state !== reported) tell({ kind: 'space', status });
    reported = status.state;
  };
  look();
  return setInterval(look, SPACE_CHECK_MS);
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
