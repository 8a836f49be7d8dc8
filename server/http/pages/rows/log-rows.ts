import type { Message } from '../../../protocol/message.js';

/** A row of a room's log. */
export type Row =
  | { type: 'day'; key: string; sent: number }
  /** Messages before the next one are not loaded. */
  | { type: 'gap'; key: string; before: Message }
  /** The messages after it are unread. */
  | { type: 'unread'; key: string }
  /** `leads`: starts a group of messages by one author, and shows the author. */
  | { type: 'message'; key: string; message: Message; leads: boolean };

export interface RowOptions {
  /** The day of a time, in the zone of the reader. */
  dayOf: (sent: number) => string;
  /** Ids of messages before which messages are not loaded. */
  gaps?: ReadonlySet<string>;
  /** Id of the first unread message. */
  unread?: string | null;
}

/** Longest time between two messages of a group. */
const GROUP_WITHIN_MS = 5 * 60_000;

/** The rows of messages (oldest first): separates days, and groups messages of one author. */
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
      previous === null || today !== day || isAfterGap || isFirstUnread || !areOneGroup(previous, message);
    rows.push({ type: 'message', key: `message ${message.id}`, message, leads });
    previous = message;
    day = today;
  }
  return rows;
}

function areOneGroup(a: Message, b: Message): boolean {
  return (
    a.kind === b.kind &&
    (a.kind === 'message' || a.kind === 'bot') &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name &&
    b.sent - a.sent < GROUP_WITHIN_MS
  );
}
