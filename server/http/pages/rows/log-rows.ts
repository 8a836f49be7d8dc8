import type { Message } from '../../../protocol/message.js';

/** What stands in a room's log, one under the other. */
export type Row =
  | { type: 'day'; key: string; sent: number }
  /** Messages are missing before the message that follows. */
  | { type: 'gap'; key: string; before: Message }
  /** What follows has not been read. */
  | { type: 'unread'; key: string }
  /** `leads`: starts a group of messages by one author, and shows who that is. */
  | { type: 'message'; key: string; message: Message; leads: boolean };

export interface RowOptions {
  /** Names the day of a time, in the reader's zone. */
  dayOf: (sent: number) => string;
  /** Ids of messages before which some are missing. */
  gaps?: ReadonlySet<string>;
  /** Id of the first message that has not been read. */
  unread?: string | null;
}

/** Longest time between two messages of a group, in milliseconds. */
const GROUP_WITHIN = 5 * 60_000;

/** Lays messages (oldest first) out in rows: separators between days, groups of one author. */
export function toRows(messages: readonly Message[], { dayOf, gaps, unread }: RowOptions): Row[] {
  const rows: Row[] = [];
  let previous: Message | null = null;
  let day = '';
  for (const message of messages) {
    const today = dayOf(message.sent);
    if (today !== day) rows.push({ type: 'day', key: `day ${today}`, sent: message.sent });
    const isAfterGap = gaps?.has(message.id) ?? false;
    if (isAfterGap) rows.push({ type: 'gap', key: `gap ${message.id}`, before: message });
    const isFirstUnread = message.id === unread;
    if (isFirstUnread) rows.push({ type: 'unread', key: 'unread' });
    const leads =
      previous === null || today !== day || isAfterGap || isFirstUnread || !belongTogether(previous, message);
    rows.push({ type: 'message', key: `message ${message.id}`, message, leads });
    previous = message;
    day = today;
  }
  return rows;
}

function belongTogether(a: Message, b: Message): boolean {
  return (
    a.kind === b.kind &&
    (a.kind === 'message' || a.kind === 'bot') &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name &&
    b.sent - a.sent < GROUP_WITHIN
  );
}
