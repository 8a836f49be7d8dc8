import { roomGroups } from '../../server/http/pages/rows/room-list.js';
import type { ServerFrame } from '../../server/protocol/frames.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import type { Api } from './api.js';
import { byId } from './elements.js';
import { RoomDirectory } from './room-directory.js';
import { RoomListView } from './room-list-view.js';

export interface ListingParts {
  api: Pick<Api, 'rooms'>;
  entries: readonly RoomEntry[];
  current: string;
  visited: readonly string[];
  as: string | null;
  /** Asks the server to tell who is in these rooms, in the place of those before. */
  observe: (rooms: string[]) => void;
  changed: () => void;
}

/** Milliseconds after which the list is asked for anew while somebody looks at it. */
const EVERY = 60_000;
/** Least milliseconds between two times. */
const PAUSE = 2_000;
/** Rooms that a socket may observe. */
const OBSERVED = 100;

/** The list of rooms in the side panel. Most of it follows the socket; what is unread, the server has to count. */
export class RoomListing {
  readonly #directory: RoomDirectory;
  readonly #view = new RoomListView();
  /** Where the name of a room is written; the list shows what it may become. */
  readonly #go = byId<HTMLInputElement>('go');
  readonly #found = byId('rooms-found');
  #asked = Date.now();
  #isAsking = false;
  #observed = '';
  #isDrawn = false;

  constructor(private readonly parts: ListingParts) {
    this.#directory = new RoomDirectory(parts.entries, parts.current);
    this.#go.addEventListener('input', () => parts.changed());
    byId('side').addEventListener('toggle', () => this.#view.reveal());
  }

  /** The room that the page shows. */
  get current(): RoomEntry {
    return this.#directory.get(this.parts.current);
  }

  receive(frame: ServerFrame, self: string | null): void {
    this.#directory.receive(frame, self);
    if (frame.type === 'welcome') this.#observed = '';
  }

  /** The connection is gone: whatever happens from now on is missed. */
  closed(): void {
    this.#directory.forget();
    this.#directory.isStale = true;
  }

  /** Asks the server where that has become due. */
  keepFresh(isConnected: boolean): void {
    if (isConnected) this.#observe();
    const age = Date.now() - this.#asked;
    const isDue = !document.hidden && (age > EVERY || (this.#directory.isStale && isConnected));
    if (isDue && age > PAUSE) void this.refresh();
  }

  /** The reader has come back. */
  focused(): void {
    if (Date.now() - this.#asked > PAUSE) void this.refresh();
  }

  async refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#asked = Date.now();
    this.#directory.isStale = false;
    try {
      this.#directory.replace(await this.parts.api.rooms());
    } catch {
      // What is shown stays, until the next time.
      this.#directory.isStale = true;
    }
    this.#isAsking = false;
    this.parts.changed();
  }

  /** @param unread messages that wait in the room that is shown; @param users who are there */
  draw({
    unread,
    users,
    unsent,
  }: {
    unread: number;
    users: number | null;
    unsent: ReadonlySet<string>;
  }): void {
    const { current, visited, as } = this.parts;
    const shown = (entry: RoomEntry) =>
      entry.name === current ? { ...entry, unread: entry.joined ? unread : null, users } : entry;
    const sought = this.#go.value.trim();
    const groups = roomGroups(this.#directory.entries, {
      current,
      visited: [...visited, ...unsent],
      sought,
    }).map(({ title, rooms }) => ({ title, rooms: rooms.map(shown) }));
    this.#view.render({ groups, current, unsent, as });
    if (!this.#isDrawn) this.#view.reveal();
    this.#isDrawn = true;
    const count = groups.reduce((sum, { rooms }) => sum + rooms.length, 0);
    const found = sought === '' ? '' : count === 1 ? '1 room' : `${count} rooms`;
    if (this.#found.textContent !== found) this.#found.textContent = found;
  }

  #observe(): void {
    const rooms = this.#directory.observable.slice(0, OBSERVED);
    const wanted = JSON.stringify([...rooms].sort());
    if (wanted === this.#observed) return;
    this.#observed = wanted;
    this.parts.observe(rooms);
  }
}
