import { parentPort, workerData } from 'node:worker_threads';
import { FeedRegistry } from './feeds/feed-registry.js';
import { prepareQuery } from './query/evaluate.js';
import { compileStoredFunction } from './query/functions/compile-stored.js';
import { copyOpenDatabase } from './storage/copy-directory.js';
import { DirectoryError } from './storage/data-directory.js';
import { createMemoryDirectory, memoryParent, removeMemoryDirectory } from './storage/memory-directory.js';
import { freeBytesOf } from './storage/space.js';
import { Storage } from './storage/storage.js';
import { GroupCommit } from './wire/group-commit.js';
import { ByteBudget, DEFAULT_LIMITS } from './wire/limits.js';
import { WireServer } from './wire/server.js';
import type { WorkerCommand, WorkerMessage, WorkerOptions } from './wire/thread-messages.js';

/** Time between two checks of the free disk space. */
const SPACE_CHECK_MS = 1_000;

/** The database's thread: opens the directory, listens, and ends on the command `stop`. */
async function run(options: WorkerOptions): Promise<void> {
  const { storage, close } = openStorage(options);
  const onNotice = (text: string) => send({ kind: 'notice', text });
  storage.environment.notices.forEach(onNotice);
  const commits = new GroupCommit(storage);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const engine = {
    storage,
    registry: new FeedRegistry(storage),
    commits,
    limits,
    budget: new ByteBudget(limits.queryBytes),
    prepareQuery,
    onNotice,
    onFault: reportFault,
  };
  let server: WireServer;
  try {
    server = await WireServer.listen(engine, options);
  } catch (error) {
    await close();
    throw error;
  }
  send({ kind: 'listening', port: server.port });
  const watch = watchSpace(storage);
  const copies = new Set<Promise<void>>();
  parentPort?.on('message', async (command: WorkerCommand) => {
    if (command.kind === 'copy') {
      const copy = sendCopy(storage, command.directory).finally(() => copies.delete(copy));
      copies.add(copy);
      return;
    }
    clearInterval(watch);
    await server.close();
    commits.close();
    await Promise.all(copies);
    await close();
    parentPort?.close();
  });
}

/** Opens the data directory, or a database in memory. */
function openStorage(options: WorkerOptions): { storage: Storage; close(): Promise<void> } {
  const { directory, dataLimitBytes, reserveBytes } = options;
  const space = { limitBytes: dataLimitBytes, reserveBytes };
  if (directory !== null) {
    const storage = Storage.open(directory, { compileFunction: compileStoredFunction, space });
    return { storage, close: () => storage.close() };
  }
  const parent = memoryParent();
  const files = createMemoryDirectory(parent);
  try {
    const storage = Storage.open(files, {
      compileFunction: compileStoredFunction,
      space: { ...space, readFreeBytes: () => freeBytesOf(parent) },
      isTemporary: true,
    });
    const close = async () => {
      await storage.close();
      removeMemoryDirectory(files);
    };
    return { storage, close };
  } finally {
    removeMemoryDirectory(files);
  }
}

async function sendCopy({ environment }: Storage, directory: string): Promise<void> {
  const error = await copyOpenDatabase(environment.root, directory).then(
    () => null,
    (reason: Error) => reason.message,
  );
  send({ kind: 'copied', directory, error });
}

/** Reports each change of the status of the storage. */
function watchSpace({ space }: Storage): NodeJS.Timeout {
  let reported: string = 'ok';
  const check = () => {
    const status = space.check();
    if (status.state !== reported) send({ kind: 'space', status });
    reported = status.state;
  };
  check();
  return setInterval(check, SPACE_CHECK_MS);
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function reportFault(error: unknown): void {
  send({ kind: 'fault', message: String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
}

run(workerData as WorkerOptions).catch((error: NodeJS.ErrnoException) => {
  const code = error instanceof DirectoryError ? error.code : (error.code ?? '');
  send({ kind: 'refused', code, message: error.message });
  parentPort?.close();
});
