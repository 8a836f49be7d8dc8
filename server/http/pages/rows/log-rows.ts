import type { Message } from '../../../protocol/message.js';
import { kindOf } from './action.js';

/** A line between messages that is not a message. */
export interface Note {
  id: string;
  /** Milliseconds since 1970. The line comes after the messages that were sent before it. */
  at: number;
}

/** A row of a room's log. */
export type Row<N extends Note = never> =
  | { type: 'day'; key: string; sent: number }
  /** Messages before the next one are not loaded. */
  | { type: 'gap'; key: string; before: Message }
  /** The messages after it are unread. */
  | { type: 'unread'; key: string }
  | { type: 'note'; key: string; note: N }
  /** `leads`: starts a group of messages by one author, and shows the author. */
  | { type: 'message'; key: string; message: Message; leads: boolean };

export interface RowOptions<N extends Note = never> {
  /** The day of a time, in the zone of the reader. */
  dayOf: (sent: number) => string;
  /** Ids of messages before which messages are not loaded. */
  gaps?: ReadonlySet<string>;
  /** Id of the first unread message. */
  unread?: string | null;
  /** By time. */
  notes?: readonly N[];
}

/** A group, which shows only the time of its first message, is shorter than this. */
const GROUP_MS = 5 * 60_000;

/** The rows of messages (oldest first) and notes: separates days, and groups messages of one author. */
export function toRows<N extends Note = never>(
  messages: readonly Message[],
  { dayOf, gaps, unread, notes = [] }: RowOptions<N>,
): Row<N>[] {
  const rows: Row<N>[] = [];
  /** The first message of the current group. */
  let leader: Message | null = null;
  let day = '';
  let noted = 0;
  const addDay = (sent: number) => {
    const today = dayOf(sent);
    if (today === day) return;
    day = today;
    leader = null;
    rows.push({ type: 'day', key: `day ${today}`, sent });
  };
  const addNotes = (before: number) => {
    for (let note = notes[noted]; note && note.at < before; note = notes[noted]) {
      addDay(note.at);
      rows.push({ type: 'note', key: `note ${note.id}`, note });
      leader = null;
      noted += 1;
    }
  };
  for (const message of messages) {
    addNotes(message.sent);
    addDay(message.sent);
    const isAfterGap = gaps?.has(message.id) ?? false;
    if (isAfterGap) rows.push({ type: 'gap', key: `gap ${message.id}`, before: message });
    const isFirstUnread = message.id === unread;
    if (isFirstUnread) rows.push({ type: 'unread', key: 'unread' });
    const isReply = message.reply_to !== undefined;
    const leads = leader === null || isAfterGap || isFirstUnread || isReply || !areOneGroup(leader, message);
    rows.push({ type: 'message', key: `message ${message.id}`, message, leads });
    if (leads) leader = message;
  }
  addNotes(Number.POSITIVE_INFINITY);
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
