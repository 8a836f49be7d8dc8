import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import type { Fault, Lane } from './faults.js';

/** Changes of the schema by another program. The table `messages` stays: what is in it is what is checked. */
export function schemaLane(connect: () => Promise<DriverConnection>): Lane {
  const change = (
    name: string,
    query: () => { run(connection: DriverConnection): Promise<unknown> },
  ): Fault => ({
    name,
    lasts: [0, 0],
    begin: async () => {
      // Where the database is away, or the part is missing already, there is nothing to change.
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
    pauses: [3_000, 9_000],
    faults: [
      change('drop the index room_sent', () => r.table('messages').indexDrop('room_sent')),
      change('drop the index command_sent', () => r.table('messages').indexDrop('command_sent')),
      change('remove the write hook', () => r.table('messages').setWriteHook(null)),
      change('drop the table nodes', () => r.tableDrop('nodes')),
    ],
  };
}
