import type { Pin, Reaction } from '../../../protocol/entities.js';
import { emojiForms, toEmoji } from '../../../protocol/text/reaction-emoji.js';
import { millisecondsOf } from '../../connection/reql.js';
import type { PinRow, ReactionRow } from '../../schema/rows.js';
import { primaryKey } from '../primary-key.js';

/** Different emoji of a message. Rows of other programs beyond this number are not shown. */
export const MAX_REACTION_EMOJI = 20;
/** Ids of users in the reactions of a message: bounds the size of a frame, however many users reacted. */
const MAX_USERS_PER_MESSAGE = 60;
const MAX_USERS_PER_EMOJI = 20;

/** The reaction of one user. */
export interface ReactionOfUser {
  id_message: string;
  id_user: string;
  emoji: string;
  /** Milliseconds since 1970; 0 where a row written by hand has none. */
  created: number;
}

/** Null for a row that is not a reaction; any driver may have written it. */
export function toReaction(row: ReactionRow): ReactionOfUser | null {
  const [id_message, id_user, text]: unknown[] = Array.isArray(row.id)
    ? row.id
    : [row.id_message, row.id_user, row.emoji];
  if (typeof id_message !== 'string' || typeof id_user !== 'string' || typeof text !== 'string') return null;
  const emoji = toEmoji(text);
  return emoji === null ? null : { id_message, id_user, emoji, created: millisecondsOf(row.created) ?? 0 };
}

/** Primary keys that rows of this reaction can have. The first one is that of new rows. */
export function reactionKeys(id_message: string, id_user: string, emoji: string): (string | string[])[] {
  return emojiForms(emoji).map((form) => primaryKey(id_message, id_user, form));
}

export function toPin({ id_user, created }: PinRow): Pin {
  return { id_user: typeof id_user === 'string' ? id_user : null, at: millisecondsOf(created) };
}

/** The reactions of one message by emoji, in the order of their first use. */
export function summarise(reactions: readonly ReactionOfUser[]): Reaction[] {
  const byEmoji = new Map<string, Set<string>>();
  for (const { emoji, id_user } of [...reactions].sort(byTime)) {
    const users = byEmoji.get(emoji);
    if (users) users.add(id_user);
    else if (byEmoji.size < MAX_REACTION_EMOJI) byEmoji.set(emoji, new Set([id_user]));
  }
  let left = MAX_USERS_PER_MESSAGE;
  return [...byEmoji].map(([emoji, users]) => {
    const id_users = [...users].slice(0, Math.min(left, MAX_USERS_PER_EMOJI));
    left -= id_users.length;
    return { emoji, count: users.size, id_users };
  });
}

function byTime(a: ReactionOfUser, b: ReactionOfUser): number {
  return a.created - b.created || (a.emoji < b.emoji ? -1 : Number(a.emoji > b.emoji));
}
