import { setTimeout as wait } from 'node:timers/promises';
import type { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';

/**
 * A notice for the author of a stored message, such as `bots-unavailable` or `no-such-command`; null without a notice. A promise while it
 * depends on the broker; it never rejects.
 */
export type Notice = ChatError | null | Promise<ChatError | null>;

/** Knows whether commands to bots can be dispatched, and are answered. Commands reach it by the database, not by this interface. */
export interface CommandNotices {
  /** Must be called as soon as the message is stored. */
  noticeFor(message: Message): Notice;
}

/** Milliseconds for which a response to a stored command waits for its notice. Usually it takes a few. */
export const NOTICE_WAIT_MS = 300;

/** The notice if it is known within `NOTICE_WAIT_MS`, for responses that cannot send one later. */
export async function noticeInTime(notice: Notice): Promise<ChatError | null> {
  return Promise.race([notice, wait(NOTICE_WAIT_MS, null, { ref: false })]);
}
