import type { Messages } from '../database/tables/messages.js';
import type { UserTable } from '../database/tables/user-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Quotes } from '../protocol/entities.js';
import type { Message } from '../protocol/message.js';
import type { RoomFrame } from '../protocol/server-frames.js';
import type { Log } from '../telemetry/logger.js';
import { RoomQuotes } from './quotes.js';
import type { Window } from './window.js';

export interface RoomReferencesDependencies {
  room: string;
  messages: Pick<Messages, 'getMany'>;
  users: Pick<UserTable, 'namesFor'>;
  window: Window;
  log: Log;
  publish: (frame: RoomFrame) => void;
}

/** References of the messages of an open room: the messages to which they reply, and the users that they mention. */
export class RoomReferences {
  readonly #dependencies: RoomReferencesDependencies;
  readonly #quotes: RoomQuotes;

  constructor(dependencies: RoomReferencesDependencies) {
    this.#dependencies = dependencies;
    this.#quotes = new RoomQuotes(dependencies.room, dependencies.messages);
  }

  /** The messages to which messages of the window reply, as far as they are not in the window. */
  quoted(): Promise<Quotes> {
    return this.#quotes.for(this.#dependencies.window.messages);
  }

  /** A message of the room has changed, or is deleted (null). */
  changed(id: string, message: Message | null): void {
    this.#quotes.changed(id, message);
  }

  /** Changes may have been missed. */
  clear(): void {
    this.#quotes.clear();
  }

  /** Publishes the references of delivered messages, which may have to be read first. */
  publishFor(messages: readonly Message[]): void {
    const referring = messages.filter(({ body, reply_to }) => reply_to !== undefined || body.includes('<@'));
    if (referring.length > 0) void this.#read(referring);
  }

  async #read(messages: readonly Message[]): Promise<void> {
    const { room, users, window, log, publish } = this.#dependencies;
    const isOutside = ({ reply_to }: Message) => reply_to !== undefined && !window.has(reply_to);
    try {
      const quoted = await this.#quotes.for(messages.filter(isOutside));
      const names = await users.namesFor(messages, quoted);
      if (Object.keys(quoted).length + Object.keys(names).length === 0) return;
      publish({ type: 'references', room, quoted, names });
    } catch (error) {
      log.warn({ room, reason: reasonOf(error) }, 'references of messages could not be read');
    }
  }
}
