import type { Message } from '../../../protocol/message.js';
import { kindOf } from './action.js';

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

/** A group, which shows only the time of its first message, is shorter than this. */
const GROUP_MS = 5 * 60_000;

/** The rows of messages (oldest first): separates days, and groups messages of one author. */
export function toRows(messages: readonly Message[], { dayOf, gaps, unread }: RowOptions): Row[] {
  const rows: Row[] = [];
  /** The first message of the current group. */
  let leader: Message | null = null;
  let day = '';
  for (const message of messages) {
    const today = dayOf(message.sent);
    if (today !== day) rows.push({ type: 'day', key: `day ${today}`, sent: message.sent });
    const isAfterGap = gaps?.has(message.id) ?? false;
    if (isAfterGap) rows.push({ type: 'gap', key: `gap ${message.id}`, before: message });
    const isFirstUnread = message.id === unread;
    if (isFirstUnread) rows.push({ type: 'unread', key: 'unread' });
    const leads =
      leader === null || today !== day || isAfterGap || isFirstUnread || !areOneGroup(leader, message);
    rows.push({ type: 'message', key: `message ${message.id}`, message, leads });
    if (leads) leader = message;
    day = today;
  }
  return rows;
}

/** @param a the first message of the group */
export function areOneGroup(a: Message, b: Pick<Message, 'author' | 'body' | 'kind' | 'sent'>): boolean {
  const kind = kindOf(a);
  return (
    kind === kindOf(b) &&
    (kind === 'message' || kind === 'bot') &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name &&
    b.sent - a.sent < GROUP_MS
  );
}
