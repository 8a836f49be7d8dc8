import type { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';

/**
 * A notice for the author of a stored message, such as `bots-unavailable`; null without a notice. A promise while it
 * depends on the broker; it never rejects.
 */
export type Notice = ChatError | null | Promise<ChatError | null>;

/** Knows whether commands to bots can be dispatched. Commands reach it by the database, not by this interface. */
export interface CommandNotices {
  /** Must be called as soon as the message is stored. */
  noticeFor(message: Message): Notice;
}
