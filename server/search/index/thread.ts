import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Database } from '../../database/connection/database.js';
import { ChatSchema } from '../../database/schema/chat-schema.js';
import { MessageScan } from '../../database/tables/message-scan.js';
import { reasonOf } from '../../lib/error-reason.js';
import { createLog, type Log } from '../../telemetry/logger.js';
import { IndexReader } from './index-reader.js';
import { prepareTables } from './index-schema.js';
import { IndexWriter } from './index-writer.js';
import { isDamage, openIndex, removeIndex } from './open-index.js';
import { SearchIndex } from './search-index.js';
import type { IndexCommand, IndexMessage, IndexThreadOptions } from './thread-messages.js';
import { WriterLock } from './writer-lock.js';

/** Milliseconds between two attempts to become the writer, and after an index could not be written. */
const ELECTION_MS = 1_000;
const RETRY_MS = 5_000;

/** A thread of its own: neither building the index nor a query delays the event loop of the server. */
function run({ directory, database: address, log: level }: IndexThreadOptions): void {
  const log = createLog({ log: level });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'messages.db');
  const lock = new WriterLock(join(directory, 'writer.lock'));
  const reader = new IndexReader(path);
  let writer: RunningWriter | null = null;
  let timer: NodeJS.Timeout | null = null;

  const elect = () => {
    timer = null;
    if (!lock.acquire()) timer = setTimeout(elect, ELECTION_MS);
    else write();
  };
  const write = () => {
    timer = null;
    try {
      writer = startWriter(path, { database: new Database(address, new ChatSchema(), log), log, onFailure });
    } catch (error) {
      onFailure(error);
    }
  };
  const onFailure = (error: unknown) => {
    log.error({ reason: reasonOf(error) }, 'search index: cannot be written, trying again');
    const failed = writer;
    writer = null;
    void failed?.stop();
    const isDamaged = isDamage(error);
    if (isDamaged) {
      reader.close();
      removeIndex(path);
    }
    timer ??= setTimeout(write, isDamaged ? 0 : RETRY_MS);
  };

  parentPort?.on('message', async (command: IndexCommand) => {
    if (command.kind !== 'stop') return answer(reader, command, writer?.lagMs ?? 0);
    if (timer) clearTimeout(timer);
    await writer?.stop();
    reader.close();
    lock.close();
    parentPort?.close();
  });
  elect();
}

interface RunningWriter {
  readonly lagMs: number;
  stop(): Promise<void>;
}

interface WriterOptions {
  database: Database;
  log: Log;
  onFailure(error: unknown): void;
}

function startWriter(path: string, { database, log, onFailure }: WriterOptions): RunningWriter {
  const file = openIndex(path);
  prepareTables(file);
  const index = new SearchIndex(file);
  const writer = new IndexWriter({ scan: new MessageScan(database, log), index, log, onFailure });
  writer.start();
  database.start();
  return {
    get lagMs() {
      return writer.lagMs;
    },
    stop: async () => {
      writer.stop();
      await database.stop();
      index.close();
    },
  };
}

function answer(reader: IndexReader, command: Exclude<IndexCommand, { kind: 'stop' }>, lagMs: number): void {
  const { request } = command;
  try {
    if (command.kind === 'query') send({ kind: 'found', request, ...reader.query(command.query) });
    else send({ kind: 'stats', request, ...reader.stats(), lagSeconds: lagMs / 1000 });
  } catch (error) {
    send({ kind: 'failed', request, reason: reasonOf(error) });
  }
}

function send(message: IndexMessage): void {
  parentPort?.postMessage(message);
}

run(workerData as IndexThreadOptions);
