import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import type { Fault, Lane } from './faults.js';

/** Changes of the schema by another program. The table `messages` remains, because the verdict reads it. */
export function schemaLane(connect: () => Promise<DriverConnection>): Lane {
  const change = (
    name: string,
    query: () => { run(connection: DriverConnection): Promise<unknown> },
  ): Fault => ({
    name,
    duration: [0, 0],
    begin: async () => {
      // While the database is unavailable, or the part is already missing, there is nothing to change.
      const connection = await connect().catch(() => null);
      await query()
        .run(connection!)
        .catch(() => {});
      await connection?.close({ noreplyWait: false }).catch(() => {});
      return null;
    },
  });
  return {
    name: 'schema',
    pause: [3_000, 9_000],
    faults: [
      change('drop the index room_sent', () => r.table('messages').indexDrop('room_sent')),
      change('drop the index command_sent', () => r.table('messages').indexDrop('command_sent')),
      change('remove the write hook', () => r.table('messages').setWriteHook(null)),
      change('drop the table nodes', () => r.tableDrop('nodes')),
    ],
  };
}
