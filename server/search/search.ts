import type { AccessControl } from '../access/access-control.js';
import type { Neighbours } from '../database/tables/message-neighbours.js';
import type { MessageScan } from '../database/tables/message-scan.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import { ChatError } from '../protocol/errors.js';
import { comparePositions, type Message } from '../protocol/message.js';
import type { Hit, IndexQuery } from './index/index-query.js';
import type { Found } from './index/thread-messages.js';
import { type Mark, MatchedMessage, marksOf, matches, type ResolvedQuery } from './query/matcher.js';
import { resolveAuthors } from './query/resolve-authors.js';
import type { SearchQuery } from './query/search-query.js';
import { ReadableRooms } from './readable-rooms.js';

export interface SearchDependencies {
  access: Pick<AccessControl, 'authorise' | 'may'>;
  index: { query(query: IndexQuery): Promise<Found> };
  limits: Pick<Limits, 'search' | 'searches'>;
  messages: Pick<MessageScan, 'get' | 'neighbours'>;
  users: Pick<UserTable, 'idsNamed' | 'namesFor'>;
}

export interface SearchRequest {
  query: SearchQuery;
  /** The user who searches; empty for a guest without a cookie. */
  id_user: string;
  address?: string | undefined;
  /** `next` of the page before; null for the first page. */
  before: number | null;
  limit: number;
}

/** A message that was found, with the messages around it. */
export interface SearchResult extends Neighbours {
  message: Message;
  /** Parts of the body that match. */
  marks: Mark[];
}

export interface SearchPage {
  /** Newest first. */
  results: SearchResult[];
  /** Where the next page begins; null on the last page. */
  next: number | null;
  /** Percent of the messages that have been searched; 100 unless the index is being built. */
  indexed: number;
  /** Current names of authors, see `UserTable.namesFor`. */
  names: Record<string, string>;
}

/** Queries of the index for one page. A page that rights or edits leave incomplete then is shorter, and has a `next`. */
const MAX_INDEX_QUERIES = 6;

/** Searches the messages of all rooms that a user may read. */
export class Search {
  readonly #dependencies: SearchDependencies;

  constructor(dependencies: SearchDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws ChatError `rate-limited`, `overloaded`, `not-a-member` (of a room after `in:`), `search-unavailable` */
  async find(request: SearchRequest): Promise<SearchPage> {
    const { limits } = this.#dependencies;
    await limits.search(request.id_user, request.address);
    return limits.searches.run(request.address, () => this.#find(request));
  }

  async #find({ query: asked, id_user, before, limit }: SearchRequest): Promise<SearchPage> {
    const { access, users } = this.#dependencies;
    for (const room of asked.rooms) await access.authorise(room, id_user, 'read');
    const query = await resolveAuthors(asked, id_user, users);
    return this.#page(query, id_user, before, limit);
  }

  /** The newest messages of a query that was resolved before, for live views. @throws ChatError `search-unavailable` */
  newest(query: ResolvedQuery, id_user: string, limit: number): Promise<SearchPage> {
    return this.#page(query, id_user, null, limit, { hasContext: false });
  }

  async #page(
    query: ResolvedQuery,
    id_user: string,
    before: number | null,
    limit: number,
    { hasContext = true } = {},
  ): Promise<SearchPage> {
    const { access, messages, users } = this.#dependencies;
    const readable = new ReadableRooms(access, id_user);
    const { matched, next, indexed } = await this.#matched(query, readable, before, limit);
    matched.sort((a, b) => comparePositions(b.message, a.message));
    const neighbours = hasContext ? await messages.neighbours(matched.map(({ message }) => message)) : [];
    // Rights may have ended while the queries ran.
    const stillReadable = new ReadableRooms(access, id_user);
    await stillReadable.check(matched.map(({ message }) => message.room));
    const results = matched
      .map((one, i) => ({
        message: one.message,
        marks: marksOf(query, one),
        previous: neighbours[i]?.previous ?? null,
        next: neighbours[i]?.next ?? null,
      }))
      .filter(({ message }) => stillReadable.has(message.room));
    const shown = results.flatMap(({ message, previous, next }) => [message, previous, next]);
    const names = await users.namesFor(shown.filter((message) => message !== null));
    return { results, next, indexed, names };
  }

  async #matched(
    query: ResolvedQuery,
    readable: ReadableRooms,
    before: number | null,
    limit: number,
  ): Promise<{ matched: MatchedMessage[]; next: number | null; indexed: number }> {
    const { index, messages } = this.#dependencies;
    const matched: MatchedMessage[] = [];
    const batch = limit + 1;
    let from = before;
    let indexed = 100;
    for (let i = 0; i < MAX_INDEX_QUERIES; i++) {
      const found = await index.query({ query, deniedRooms: readable.denied, before: from, limit: batch });
      indexed = found.percent;
      await readable.check(found.hits.map(({ room }) => room));
      const hits = found.hits.filter(({ room }) => readable.has(room));
      const rows = await messages.get(hits.map(({ id }) => id));
      for (const hit of found.hits) {
        if (matched.length === limit) return { matched, next: from, indexed };
        const current = currentOf(hit, rows, readable);
        if (current && matches(query, current)) matched.push(current);
        from = hit.row;
      }
      if (found.hits.length < batch) return { matched, next: null, indexed };
    }
    return { matched, next: from, indexed };
  }
}

/** The message of a hit as it is now; null if it was deleted or moved to another room. */
function currentOf(hit: Hit, rows: Map<string, Message>, readable: ReadableRooms): MatchedMessage | null {
  const message = rows.get(hit.id);
  return message && message.room === hit.room && readable.has(hit.room) ? new MatchedMessage(message) : null;
}

export function searchIsOff(): ChatError {
  return new ChatError('search-off', 'this server has no search: SEARCH=false');
}
