import type { AccessControl } from '../access/access-control.js';

/** Which rooms a user may read, checked once for each room. */
export class ReadableRooms {
  readonly #access: Pick<AccessControl, 'may'>;
  readonly #id_user: string;
  readonly #rooms = new Map<string, boolean>();

  constructor(access: Pick<AccessControl, 'may'>, id_user: string) {
    this.#access = access;
    this.#id_user = id_user;
  }

  /** The checked rooms that the user may not read. */
  get denied(): string[] {
    return [...this.#rooms].filter(([, isReadable]) => !isReadable).map(([room]) => room);
  }

  /** False for a room that was not checked. */
  has(room: string): boolean {
    return this.#rooms.get(room) === true;
  }

  /** @throws ChatError `database-unavailable` */
  async check(rooms: Iterable<string>): Promise<void> {
    const unchecked = [...new Set(rooms)].filter((room) => !this.#rooms.has(room));
    await Promise.all(
      unchecked.map(async (room) => {
        this.#rooms.set(room, await this.#access.may(room, this.#id_user, 'read'));
      }),
    );
  }
}
