import type { Presence } from '../presence/presence.js';
import type { KnownRoom, ListedRoom } from '../protocol/room.js';
import type { CataloguePage, RoomCatalogue } from './room-catalogue.js';
import type { RoomListing } from './room-listing.js';

export interface SharedRoomPage {
  rooms: ListedRoom[];
  /** The last name of this page; null on the last page. */
  next: string | null;
}

export interface SharedRoomListDependencies {
  catalogue: RoomCatalogue;
  listing: RoomListing;
  presence: Presence;
}

/** All rooms in the order of their names, as all users see them: without what only members may see. */
export class SharedRoomList {
  readonly #dependencies: SharedRoomListDependencies;
  /** By the reading that they show. */
  readonly #firstPages = new WeakMap<CataloguePage, Promise<SharedRoomPage>>();

  constructor(dependencies: SharedRoomListDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws ChatError `database-unavailable` */
  async page(after: string | null, limit: number): Promise<SharedRoomPage> {
    return this.#share(await this.#dependencies.catalogue.page(after, limit));
  }

  /** The first page: the same object for all callers, until it is read again. @throws ChatError `database-unavailable` */
  async firstPage(): Promise<SharedRoomPage> {
    const first = await this.#dependencies.listing.first();
    const page = this.#firstPages.get(first) ?? this.#share(first);
    this.#firstPages.set(first, page);
    return page;
  }

  async #share({ rooms, next }: CataloguePage): Promise<SharedRoomPage> {
    const open = rooms.filter(({ access }) => access === 'open').map(({ name }) => name);
    const { rooms: counts } = await this.#dependencies.presence.counts(open);
    const withUsers = ({ name, topic, access, is_created }: KnownRoom) => {
      return { name, topic, access, is_created, users: counts.get(name)?.users ?? null };
    };
    return { rooms: rooms.map(withUsers), next };
  }
}
