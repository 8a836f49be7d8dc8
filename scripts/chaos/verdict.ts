import { type DriverConnection, RAW, r } from '../../server/database/connection/reql.js';
import type { MessageRow } from '../../server/database/schema/rows.js';
import { toMessage } from '../../server/database/tables/message-row.js';
import type { Message } from '../../server/protocol/message.js';
import type { Ledger } from './ledger.js';
import type { Reader } from './readers.js';

/** The messages in the table. */
export async function readTable(connection: DriverConnection): Promise<Message[]> {
  const cursor = await r.table<MessageRow>('messages').run(connection, RAW);
  return (await cursor.toArray()).map(toMessage).filter((message) => message !== null);
}

/** @returns a line for each reader whose view differs from the table */
export function viewDifferences(readers: readonly Reader[], table: readonly Message[]): string[] {
  return readers.flatMap((reader) => {
    const view = reader.view();
    const inRoom = table.filter(({ room }) => room === reader.room);
    const expected = view.expected(inRoom).map(textOf);
    const shown = view.messages.map(textOf);
    if (JSON.stringify(shown) === JSON.stringify(expected)) return [];
    const missing = expected.filter((text) => !shown.includes(text));
    const surplus = shown.filter((text) => !expected.includes(text));
    const order = missing.length + surplus.length === 0 ? ', in another order' : '';
    return [
      `${reader.name} of ${reader.room}: shows ${shown.length}, the table has ${expected.length}, ` +
        `${missing.length} missing (${missing[0] ?? ''}), ${surplus.length} surplus (${surplus[0] ?? ''})${order}`,
    ];
  });
}

/** @returns a line for each lost, changed or duplicated write */
export function writeDifferences({ messages }: Ledger, table: readonly Message[]): string[] {
  const found: string[] = [];
  const byId = new Map(table.map((message) => [message.id, message]));
  for (const [id, { room, body }] of messages) {
    const stored = byId.get(id);
    if (body === null && stored) found.push(`${id} was deleted but is in the table`);
    else if (body !== null && !stored) found.push(`${id} was acknowledged but is not in the table: ${body}`);
    else if (stored && (stored.body !== body || stored.room !== room))
      found.push(`${id} was acknowledged as ${body} in ${room} but is ${stored.body} in ${stored.room}`);
  }
  const bodies = new Map<string, number>();
  for (const { body, kind } of table)
    if (kind === 'message' && !body.startsWith('/')) bodies.set(body, (bodies.get(body) ?? 0) + 1);
  for (const [body, count] of bodies) if (count > 1) found.push(`${count} rows have the body ${body}`);
  return found;
}

function textOf({ id, body }: Message): string {
  return `${id} ${body}`;
}
