import type { Room } from 'changeroom-client';
import type { Api } from './api.js';
import { MentionText, type Person } from './completion/mention-text.js';

/** Members that are loaded, of the room's newest. */
const MAX_MEMBERS = 200;
/** Milliseconds after which the members are loaded again. */
const MAX_AGE_MS = 60_000;

/** The people of a room that the page knows: those who are present, who wrote or were mentioned, and members. */
export class RoomPeople {
  readonly #room: Pick<Room, 'name' | 'messages' | 'nameOf' | 'presence'>;
  readonly #api: Pick<Api, 'members'>;
  readonly #now: () => number;
  readonly mentions = new MentionText({ people: () => this.all(), nameOf: (id) => this.nameOf(id) });
  #members: Person[] = [];
  #loadedAt = Number.NEGATIVE_INFINITY;

  constructor(
    room: Pick<Room, 'name' | 'messages' | 'nameOf' | 'presence'>,
    api: Pick<Api, 'members'>,
    now = Date.now,
  ) {
    this.#room = room;
    this.#api = api;
    this.#now = now;
  }

  /** Under their current names; a person may occur more than once. */
  *all(): Iterable<Person> {
    yield* this.#members;
    for (const { author, kind, mentioned = {} } of this.#room.messages) {
      const { id_user, name } = author;
      if (id_user !== null && kind !== 'bot') yield { id_user, name };
      for (const [id, known] of Object.entries(mentioned)) yield { id_user: id, name: known };
    }
    yield* this.#room.presence.sockets;
  }

  /** The current name of a user, if the page knows it. */
  nameOf(id_user: string): string | undefined {
    const named = this.#room.nameOf(id_user);
    if (named !== undefined) return named;
    for (const person of this.all()) if (person.id_user === id_user) return person.name;
    return undefined;
  }

  /** Loads members unless they were loaded recently. @throws ConnectionError, RequestError */
  async load(): Promise<void> {
    const now = this.#now();
    if (now - this.#loadedAt < MAX_AGE_MS) return;
    this.#loadedAt = now;
    const { members } = await this.#api.members(this.#room.name, MAX_MEMBERS);
    this.#members = members.flatMap(({ id_user, name }) => (name === null ? [] : [{ id_user, name }]));
  }
}
