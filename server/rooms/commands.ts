import type { ChatError } from '../errors.js';
import type { Message } from '../message.js';

/** Where messages go that are commands to bots. */
export interface Commands {
  /**
   * Passes a stored message on, if it is a command. Never rejects.
   * @returns what its sender should be told, as that no bot can be reached; null where there is nothing to say
   */
  pass(message: Message): Promise<ChatError | null>;
}
