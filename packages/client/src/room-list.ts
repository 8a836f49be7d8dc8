import type { ListedRoom, ServerFrame } from './frames.js';

/** The rooms of the server: the first page, which each connection brings, pages that were loaded, and changes since. */
export class RoomList {
  readonly #rooms = new Map<string, ListedRoom>();
  #next: string | null = null;

  /** By name. */
  get rooms(): readonly ListedRoom[] {
    return [...this.#rooms.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The last name of the last page; null if there are no further pages. */
  get next(): string | null {
    return this.#next;
  }

  receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'roomList':
        if (frame.ref === undefined) this.#rooms.clear();
        for (const room of frame.rooms) this.#rooms.set(room.name, room);
        this.#next = frame.next;
        break;
      case 'roomCreated':
      case 'roomChanged': {
        const { name, topic, access } = frame.room;
        const users = access === 'open' ? (this.#rooms.get(name)?.users ?? 0) : null;
        this.#rooms.set(name, { name, topic, access, is_created: true, users });
        break;
      }
      case 'roomRemoved':
        this.#rooms.delete(frame.room);
        break;
    }
  }
}
