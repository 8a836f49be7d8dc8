import type { Quote } from '../../../protocol/entities.js';
import type { Message } from '../../../protocol/message.js';

/** Current names of mentioned users by `id_user`, as far as they are known. */
export type MentionNames = Readonly<Record<string, string>>;

export interface ShownQuote extends Quote {
  mentioned?: MentionNames;
}

/** A message as rows show it: with current names, and with the message to which it replies. */
export interface ShownMessage extends Message {
  mentioned?: MentionNames;
  /** Null if the message to which it replies does not exist any more; absent if it is unknown, and for other messages. */
  quoted?: ShownQuote | null | undefined;
}
