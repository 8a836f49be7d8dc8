import type { ChatClient, ClientEvent } from 'changeroom-client';
import { roomGroups } from '../../server/http/pages/rows/room-list.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import type { Api } from './api.js';
import type { Drafts } from './drafts.js';
import { byId } from './elements.js';
import type { PageStorage } from './page-storage.js';
import { RoomDirectory } from './room-directory.js';
import { RoomListView } from './room-list-view.js';
import { visit } from './visited-rooms.js';

export interface RoomListingDependencies {
  client: ChatClient;
  api: Pick<Api, 'rooms'>;
  entries: readonly RoomEntry[];
  /** The room that the page shows first. */
  current: string;
  drafts: Pick<Drafts, 'rooms'>;
  /** Shared by the playground users of a browser. */
  visitedStorage: PageStorage | null;
  /** Id of the user of a playground page. */
  as: string | null;
  scheduleDraw: () => void;
}

export interface RoomListingContent {
  /** Unread messages in the current room. */
  unread: number;
  /** Users in the current room; null if unknown. */
  users: number | null;
}

/** Milliseconds after which a visible list is requested again. */
const REFRESH_INTERVAL_MS = 60_000;
/**
 * Milliseconds within which messages are reported. A report that follows a list after less time may count messages that the
 * list has counted already.
 */
const REPORT_DELAY_MS = 1_000;
/** Minimum of milliseconds between two requests. */
const REFRESH_PAUSE_MS = 2_000;
/** The same for a hidden tab, of which the reader sees the title only. */
const HIDDEN_REFRESH_PAUSE_MS = 10_000;
/** Rooms that a socket may observe. */
const MAX_OBSERVED_ROOMS = 100;

/** The list of rooms in the side panel. It follows the socket, and asks the server to count what the socket may have missed. */
export class RoomListing {
  readonly #dependencies: RoomListingDependencies;
  readonly #directory: RoomDirectory;
  readonly #view = new RoomListView();
  #requestedAt = Date.now();
  #receivedAt = Date.now();
  #isRequesting = false;
  #observed = '';
  #current: string;
  #visited: readonly string[];
  #isRevealed = false;
  #shown: readonly RoomEntry[] = [];

  constructor(dependencies: RoomListingDependencies) {
    const { client, entries, current, visitedStorage } = dependencies;
    this.#dependencies = dependencies;
    this.#current = current;
    this.#visited = visit(visitedStorage, current);
    this.#directory = new RoomDirectory(entries, current);
    byId('side').addEventListener('toggle', () => this.#view.reveal());
    addEventListener('focus', () => {
      if (Date.now() - this.#requestedAt > REFRESH_PAUSE_MS) void this.refresh();
    });
    client.subscribe((event) => this.#receive(event));
  }

  /** The room that the page shows. */
  get current(): RoomEntry {
    return this.#directory.get(this.#current);
  }

  /** The rooms in the order of the list. */
  get rooms(): readonly RoomEntry[] {
    return this.#shown;
  }

  /** Names of the rooms visited with this browser, the most recent first. */
  get visited(): readonly string[] {
    return this.#visited;
  }

  /**
   * The room after (1) or before (-1) the current one in the list, around its ends; null without another room.
   * @param onlyUnread skips rooms without unread messages
   */
  neighbour(step: 1 | -1, onlyUnread: boolean): string | null {
    const names = this.#shown
      .filter(({ name, unread }) => name === this.#current || !onlyUnread || unread)
      .map(({ name }) => name);
    const next = names.at((names.indexOf(this.#current) + step) % names.length);
    return next === undefined || next === this.#current ? null : next;
  }

  /** A room as the list shows it, or as it would show it. */
  get(room: string): RoomEntry {
    return this.#directory.get(room);
  }

  /** The page shows another room. @param unread unread messages in the previous one */
  show(room: string, unread: number): void {
    this.#current = room;
    this.#directory.show(room, unread);
    this.#visited = visit(this.#dependencies.visitedStorage, room);
    this.#isRevealed = false;
  }

  /** Unread messages in the other rooms of the reader. */
  get unreadElsewhere(): number {
    return this.#directory.unreadElsewhere;
  }

  /** Those of them that mention the reader. */
  get mentionsElsewhere(): number {
    return this.#directory.mentionsElsewhere;
  }

  /** Requests the list of the server if that is due. */
  keepFresh(): void {
    const isConnected = this.#dependencies.client.connection.name === 'open';
    if (isConnected) this.#observe();
    const ageMs = Date.now() - this.#requestedAt;
    const isStale = this.#directory.isStale && isConnected;
    const isDue = document.hidden ? isStale : isStale || ageMs > REFRESH_INTERVAL_MS;
    if (isDue && ageMs > (document.hidden ? HIDDEN_REFRESH_PAUSE_MS : REFRESH_PAUSE_MS)) void this.refresh();
  }

  async refresh(): Promise<void> {
    if (this.#isRequesting) return;
    this.#isRequesting = true;
    this.#requestedAt = Date.now();
    this.#directory.markFresh();
    try {
      this.#directory.replace(await this.#dependencies.api.rooms());
      this.#receivedAt = Date.now();
    } catch {
      // The previous list stays until the next request.
      this.#directory.markStale();
    }
    this.#isRequesting = false;
    this.#dependencies.scheduleDraw();
  }

  draw({ unread, users }: RoomListingContent): void {
    const { client, as } = this.#dependencies;
    const current = this.#current;
    const unsent = client.outbox.rooms;
    const drafts = this.#dependencies.drafts.rooms;
    const shown = (entry: RoomEntry) =>
      entry.name === current
        ? { ...entry, unread: entry.joined ? unread : null, mentions: null, users }
        : entry;
    const groups = roomGroups(this.#directory.entries, {
      current,
      visited: [...this.#visited, ...unsent, ...drafts],
    }).map(({ title, rooms }) => ({ title, rooms: rooms.map(shown) }));
    this.#view.render({ groups, current, unsent, drafts, as });
    if (!this.#isRevealed) this.#view.reveal();
    this.#isRevealed = true;
    this.#shown = groups.flatMap(({ rooms }) => rooms);
  }

  #receive(event: ClientEvent): void {
    if (event.type === 'frame') {
      this.#directory.receive(event.frame, this.#dependencies.client.user?.id_user ?? null);
      if (event.frame.type === 'welcome') this.#observed = '';
      if (event.frame.type === 'roomActivity' && Date.now() - this.#receivedAt < REPORT_DELAY_MS)
        this.#directory.markStale();
    } else if (event.type === 'disconnected') {
      this.#directory.disconnected();
    }
  }

  #observe(): void {
    const rooms = this.#directory.observable.slice(0, MAX_OBSERVED_ROOMS);
    const key = JSON.stringify([...rooms].sort());
    if (key === this.#observed) return;
    this.#observed = key;
    this.#dependencies.client.send({ type: 'observePresence', rooms, activity: true });
  }
}
