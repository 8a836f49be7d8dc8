import type { AccessControl } from '../../access/access-control.js';
import type { MessageScan } from '../../database/tables/message-scan.js';
import type { UserTable } from '../../database/tables/user-table.js';
import { OrderedTasks } from '../../lib/ordered-tasks.js';
import { comparePositions, type Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import { MatchedMessage, marksOf, matches, type ResolvedQuery } from '../query/matcher.js';
import { ReadableRooms } from '../readable-rooms.js';
import type { Search, SearchPage } from '../search.js';
import type { ViewListener, ViewMessage } from './view-listener.js';

/** Messages that a view shows: the newest that match. */
export const VIEW_MESSAGES = 100;
/** Milliseconds after which a message that the feed may have missed is certainly in the index. */
const INDEX_DELAY_MS = 2_500;
const MAX_WAITING_TASKS = 1_000;

export interface LiveViewDependencies {
  access: Pick<AccessControl, 'may'>;
  log: Log;
  messages: Pick<MessageScan, 'get'>;
  search: Pick<Search, 'newest'>;
  users: Pick<UserTable, 'namesFor'>;
}

/**
 * One open view: the newest messages that match a search and that its user may read. Its parts run one after the other, so
 * that frames are in the order of the changes although rights are checked before each.
 */
export class LiveView {
  readonly #dependencies: LiveViewDependencies;
  readonly #listener: ViewListener;
  readonly #tasks: OrderedTasks;
  /** The messages that the listener has, by id. */
  readonly #shown = new Map<string, Message>();
  /** Until the view is open: the ids of changes that its first search may not have seen. */
  #early: Map<string, Message | null> | null = new Map();
  #settling: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(
    dependencies: LiveViewDependencies,
    readonly query: ResolvedQuery,
    readonly id_user: string,
    listener: ViewListener,
  ) {
    this.#dependencies = dependencies;
    this.#listener = listener;
    this.#tasks = new OrderedTasks({
      limit: MAX_WAITING_TASKS,
      failed: (error) => {
        dependencies.log.debug({ err: error }, 'live view: task failed');
        this.#settleSoon();
      },
    });
  }

  /**
   * Searches the first messages and calls `opened` of the listener. The feed must be open already.
   * @throws ChatError `search-unavailable`, `database-unavailable`
   */
  open(isLive: () => boolean): Promise<void> {
    // As a task, so that rights that change in between are checked again afterwards.
    return new Promise((resolve, reject) => {
      this.#tasks.add(() => this.#open(isLive).then(resolve, reject));
    });
  }

  /** A message was written, edited or, with null, deleted. */
  changed(id: string, matched: MatchedMessage | null): void {
    if (this.#early) {
      // The search may return older states of these messages.
      if (this.#early.size < MAX_WAITING_TASKS) this.#early.set(id, matched?.message ?? null);
      return;
    }
    const isMatch = matched !== null && matches(this.query, matched);
    if (isMatch || this.#shown.has(id)) this.#add(() => this.#apply(id, isMatch ? matched.message : null));
  }

  /** Rights of the user may have changed, in one room or, with null, in any. */
  recheck(room: string | null): void {
    this.#add(() => this.#removeUnreadable(room));
    // Messages that have become readable.
    this.#settleSoon();
  }

  /** The feed is interrupted, or it is open again and changes may have been missed. */
  setLive(isLive: boolean): void {
    this.#add(async () => {
      if (isLive) await this.#settle();
      if (!this.#isClosed) this.#listener.live(isLive);
    });
    if (isLive) this.#settleSoon();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#settling) clearTimeout(this.#settling);
  }

  async #open(isLive: () => boolean): Promise<void> {
    const page = await this.#search();
    const early = this.#early ?? new Map<string, Message | null>();
    this.#early = null;
    if (this.#isClosed) return;
    for (const { message } of page.results) if (!early.has(message.id)) this.#shown.set(message.id, message);
    const results = [...this.#shown.values()].map((message) => this.#result(message));
    this.#listener.opened({ results, indexed: page.indexed, names: page.names, live: isLive() });
    for (const [id, message] of early) this.changed(id, message && new MatchedMessage(message));
    // The index has the messages of the last moments later than the feed.
    this.#settleSoon();
  }

  #add(task: () => Promise<void>): void {
    if (!this.#tasks.add(async () => (this.#isClosed ? undefined : task()))) this.#settleSoon();
  }

  async #apply(id: string, message: Message | null): Promise<void> {
    if (message && (await this.#isReadable(message.room))) await this.#put(message);
    else this.#remove(id);
  }

  async #put(message: Message): Promise<void> {
    const oldest = this.#oldest();
    const isFull = this.#shown.size >= VIEW_MESSAGES && !this.#shown.has(message.id);
    if (isFull && oldest && comparePositions(message, oldest) < 0) return;
    const names = await this.#dependencies.users.namesFor([message]);
    if (this.#isClosed) return;
    this.#shown.set(message.id, message);
    this.#listener.put({ ...this.#result(message), names });
    if (isFull && oldest) this.#remove(oldest.id);
  }

  #remove(id: string): void {
    const message = this.#shown.get(id);
    if (!message || this.#isClosed) return;
    this.#shown.delete(id);
    this.#listener.removed(message.room, id);
  }

  async #removeUnreadable(room: string | null): Promise<void> {
    const messages = [...this.#shown.values()].filter((message) => room === null || message.room === room);
    const readable = await this.#readable(messages);
    for (const message of messages) if (!readable.has(message.room)) this.#remove(message.id);
  }

  /** Makes the view equal to the table: by the rows of the shown messages, and by a search for others. */
  async #settle(): Promise<void> {
    const page = await this.#search();
    const ids = new Set([...this.#shown.keys(), ...page.results.map(({ message }) => message.id)]);
    const rows = await this.#dependencies.messages.get([...ids]);
    const readable = await this.#readable([...rows.values()]);
    for (const id of ids) {
      const message = rows.get(id);
      const isWanted =
        message !== undefined &&
        readable.has(message.room) &&
        matches(this.query, new MatchedMessage(message));
      if (!isWanted) this.#remove(id);
      else if (JSON.stringify(this.#shown.get(id)) !== JSON.stringify(message)) await this.#put(message);
    }
  }

  #settleSoon(): void {
    if (this.#isClosed) return;
    this.#settling ??= setTimeout(() => {
      this.#settling = null;
      this.#add(() => this.#settle());
    }, INDEX_DELAY_MS).unref();
  }

  #search(): Promise<SearchPage> {
    const { search } = this.#dependencies;
    return search.newest(this.query, this.id_user, VIEW_MESSAGES);
  }

  async #readable(messages: readonly Message[]): Promise<ReadableRooms> {
    const readable = new ReadableRooms(this.#dependencies.access, this.id_user);
    await readable.check(messages.map(({ room }) => room));
    return readable;
  }

  async #isReadable(room: string): Promise<boolean> {
    const readable = new ReadableRooms(this.#dependencies.access, this.id_user);
    await readable.check([room]);
    return readable.has(room);
  }

  #oldest(): Message | undefined {
    let oldest: Message | undefined;
    for (const message of this.#shown.values())
      if (!oldest || comparePositions(message, oldest) < 0) oldest = message;
    return oldest;
  }

  #result(message: Message): ViewMessage {
    return { message, marks: marksOf(this.query, new MatchedMessage(message)) };
  }
}
