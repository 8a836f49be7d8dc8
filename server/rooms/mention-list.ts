import type { AccessControl } from '../access/access-control.js';
import type { Mentions } from '../database/tables/mentions.js';
import type { Message, Position } from '../protocol/message.js';

export interface MentionListDependencies {
  access: Pick<AccessControl, 'may'>;
  mentions: Pick<Mentions, 'of'>;
}

export interface MentionListPage {
  /** Newest first. May be fewer than wanted, or none, although there are older ones. */
  messages: Message[];
  /** The position before which there may be older ones; null on the last page. */
  before: Position | null;
}

/** Queries for one page: mentions in rooms that the user may not read any more are skipped. */
const MAX_QUERIES = 5;

/** The messages that mention a user, in the rooms that the user may read. */
export class MentionList {
  readonly #dependencies: MentionListDependencies;

  constructor(dependencies: MentionListDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws ChatError `database-unavailable` */
  async page(id_user: string, before: Position | null, limit: number): Promise<MentionListPage> {
    const messages: Message[] = [];
    let from = before;
    for (let queries = 0; queries < MAX_QUERIES; queries += 1) {
      const found = await this.#dependencies.mentions.of(id_user, from, limit + 1);
      const readable = await this.#readable(found, id_user);
      for (const message of found) {
        // One row more than wanted shows that there are more.
        if (messages.length === limit) return { messages, before: from };
        from = { sent: message.sent, id: message.id };
        if (readable.has(message.room)) messages.push(message);
      }
      if (found.length <= limit) return { messages, before: null };
    }
    return { messages, before: from };
  }

  async #readable(messages: readonly Message[], id_user: string): Promise<Set<string>> {
    const readable = new Set<string>();
    for (const room of new Set(messages.map((message) => message.room))) {
      if (await this.#dependencies.access.may(room, id_user, 'read')) readable.add(room);
    }
    return readable;
  }
}
