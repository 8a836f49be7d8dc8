import { newMessageId } from '../../server/protocol/message.js';

/**
 * `waiting` for the connection, `sent` without an answer yet, `stored` in the database but not seen in the room yet,
 * or `failed`: it needs its author.
 */
export type Progress = 'waiting' | 'sent' | 'stored' | 'failed';

export interface Unsent {
  /** Chosen here once and kept for every attempt: however often it is sent, it becomes one message. */
  id: string;
  room: string;
  body: string;
  progress: Progress;
  /** What went wrong, for its author. */
  fault?: string;
}

/** Where the outbox is kept while the page is loaded again: the tab's sessionStorage. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'changeroom.outbox';

/** Messages that their author has written and that the room has not shown yet. */
export class Outbox {
  #messages: Unsent[];

  constructor(private readonly store: Store | null) {
    this.#messages = read(store);
    this.disconnected();
  }

  /** Oldest first. */
  of(room: string): readonly Unsent[] {
    return this.#messages.filter((message) => message.room === room);
  }

  /** Rooms in which something waits for its author to come back. */
  get rooms(): ReadonlySet<string> {
    return new Set(this.#messages.map(({ room }) => room));
  }

  get(id: string): Unsent | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  add(room: string, body: string): void {
    this.#save([...this.#messages, { id: newMessageId(), room, body, progress: 'waiting' }]);
  }

  mark(id: string, progress: Progress, fault?: string): void {
    this.#save(this.#messages.map((one) => (one.id === id ? { ...one, progress, fault } : one)));
  }

  /** Another attempt, under a new id where the old one is somebody else's. */
  retry(id: string): void {
    const renamed = this.get(id)?.fault === ID_TAKEN ? newMessageId() : id;
    this.#save(
      this.#messages.map((one) =>
        one.id === id ? { ...one, id: renamed, progress: 'waiting', fault: undefined } : one,
      ),
    );
  }

  /** The room shows it, or its author has given it up. */
  remove(id: string): void {
    if (this.get(id)) this.#save(this.#messages.filter((one) => one.id !== id));
  }

  /** Whether what was sent has arrived is not known: it will be sent again, under the same id. */
  disconnected(): void {
    this.#save(
      this.#messages.map((one) => (one.progress === 'sent' ? { ...one, progress: 'waiting' } : one)),
    );
  }

  #save(messages: Unsent[]): void {
    this.#messages = messages;
    try {
      this.store?.setItem(KEY, JSON.stringify(messages));
    } catch {
      // A full or forbidden store: what waits is then lost with the tab.
    }
  }
}

/** The fault of an id that another message has. */
export const ID_TAKEN = 'Another message has the same id';

function read(store: Store | null): Unsent[] {
  try {
    const stored: unknown = JSON.parse(store?.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isUnsent) : [];
  } catch {
    return [];
  }
}

function isUnsent(value: unknown): value is Unsent {
  const { id, room, body, progress } = (value ?? {}) as Partial<Unsent>;
  return [id, room, body, progress].every((field) => typeof field === 'string');
}
