import { isStorageFull, isUnavailableResult } from '../../server/database/connection/availability.js';
import { type DriverConnection, keepStored, r } from '../../server/database/connection/reql.js';
import type { Write, WriteClient, WriteOutcome } from './write-client.js';

const ANSWER_TIMEOUT_MS = 20_000;

/** Writes with a driver of the database, as any other program could. */
export function driverWriteClient(name: string, connect: () => Promise<DriverConnection>): WriteClient {
  let connection: DriverConnection | null = null;
  return {
    name,
    canChange: true,
    close: async () => {
      await connection?.close({ noreplyWait: false }).catch(() => {});
    },
    send: async (write) => {
      try {
        connection = connection?.open ? connection : await connect();
        return await withTimeout(execute(write, connection));
      } catch (error) {
        if (error instanceof WriteRefused) throw error;
        if (isStorageFull(error)) return 'storage-full';
        void connection?.close({ noreplyWait: false }).catch(() => {});
        connection = null;
        return 'retry';
      }
    },
  };
}

async function execute(write: Write, connection: DriverConnection): Promise<WriteOutcome> {
  const table = r.table('messages');
  const { id, room } = write;
  const query =
    write.kind === 'create'
      ? table.insert({ id, room, body: write.body }, { conflict: keepStored })
      : write.kind === 'edit'
        ? table.get(id).update({ body: write.body })
        : table.get(id).delete();
  const result = await query.run(connection);
  if (result.errors === 0) return 'acknowledged';
  if (isUnavailableResult(result)) return 'retry';
  throw new WriteRefused(result.first_error);
}

/** The database refuses this write, and would refuse each repetition. */
class WriteRefused extends Error {}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
