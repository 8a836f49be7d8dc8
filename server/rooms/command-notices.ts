import type { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';

/** Where messages go that are commands to bots. It finds them by itself, in the database. */
export interface CommandNotices {
  /**
   * What the sender of a new message should be told, as that no bot can be reached; null where there is nothing to say.
   * Never rejects.
   */
  noticeFor(message: Message): Promise<ChatError | null>;
}
