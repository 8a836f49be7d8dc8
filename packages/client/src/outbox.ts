import { v7 as uuidv7 } from 'uuid';
import type { ClientFrame, ErrorCode, MessageFile } from './frames.js';

/**
 * `waiting` for a connection, `sent` but not answered, `stored` in the database but not yet delivered to the room, or
 * `failed`: the author has to decide.
 */
export type Progress = 'waiting' | 'sent' | 'stored' | 'failed';

export interface Unsent {
  /** Kept for all attempts, so that the server stores the message once. */
  id: string;
  room: string;
  body: string;
  /** Id of the message to which it replies. */
  reply_to?: string | undefined;
  /** Uploaded files. */
  files?: readonly MessageFile[] | undefined;
  progress: Progress;
  /** Why it failed, in the words of the server. */
  fault?: string | undefined;
  code?: ErrorCode | undefined;
}

/** The frame that creates a message. Its answer has the id of the message as `ref`. */
export function frameOf({ id, room, body, reply_to, files = [] }: Unsent): ClientFrame<'createMessage'> {
  const named = files.length > 0 && { files: files.map(({ id, alt }) => (alt ? { id, alt } : id)) };
  return { type: 'createMessage', ref: id, message: { id, room, body, reply_to, ...named } };
}

/** Unsent messages of one outbox, for example those that were written without a connection. */
export const MAX_UNSENT_MESSAGES = 200;

/** Too many messages wait: the application should keep the text and let the user try again later. */
export class OutboxFullError extends Error {
  override readonly name = 'OutboxFullError';

  constructor() {
    super(`${MAX_UNSENT_MESSAGES} messages are waiting to be sent. Try again when they are sent.`);
  }
}

/** Keeps the outbox while the application restarts, such as the `localStorage` of a browser. */
export interface OutboxStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const STORAGE_KEY = 'changeroom.outbox';

/** Messages that the user has written and that their room has not delivered yet. */
export class Outbox {
  readonly #storage: OutboxStorage | null;
  #messages: Unsent[];

  constructor(storage: OutboxStorage | null) {
    this.#storage = storage;
    this.#messages = read(storage);
    this.disconnected();
  }

  /** Oldest first. */
  of(room: string): readonly Unsent[] {
    return this.#messages.filter((message) => message.room === room);
  }

  /** Rooms that have unsent messages. */
  get rooms(): ReadonlySet<string> {
    return new Set(this.#messages.map(({ room }) => room));
  }

  get(id: string): Unsent | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /** Number of messages that are not stored yet. Those that failed are not counted. */
  get pending(): number {
    return this.#messages.filter(({ progress }) => progress === 'waiting' || progress === 'sent').length;
  }

  /** @returns the id of the message @throws OutboxFullError beyond `MAX_UNSENT_MESSAGES` */
  add(room: string, body: string, reply_to?: string, files?: readonly MessageFile[]): string {
    if (this.#messages.length >= MAX_UNSENT_MESSAGES) throw new OutboxFullError();
    const id = uuidv7();
    this.#save([...this.#messages, { id, room, body, reply_to, files, progress: 'waiting' }]);
    return id;
  }

  /** Adds messages of an outbox that is not used any more. They keep their ids, so that the server stores each once. */
  adopt(messages: readonly Unsent[]): void {
    const isNew = ({ id }: Unsent) => this.get(id) === undefined;
    const adopted = messages.filter(isNew).slice(0, MAX_UNSENT_MESSAGES - this.#messages.length);
    if (adopted.length === 0) return;
    this.#save([...adopted.map(withoutAnswer), ...this.#messages].sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  mark(id: string, progress: Progress, error?: { code: ErrorCode; message: string }): void {
    const { code, message: fault } = error ?? {};
    this.#save(this.#messages.map((one) => (one.id === id ? { ...one, progress, code, fault } : one)));
  }

  /** Sends a failed message again; with a new id if another message has its id. */
  retry(id: string): void {
    const nextId = this.get(id)?.code === 'id-taken' ? uuidv7() : id;
    this.#save(
      this.#messages.map((one) =>
        one.id === id ? { ...one, id: nextId, progress: 'waiting', code: undefined, fault: undefined } : one,
      ),
    );
  }

  /** The room delivered the message, or its author discarded it. */
  remove(id: string): void {
    if (this.get(id)) this.#save(this.#messages.filter((one) => one.id !== id));
  }

  /** Messages without an answer may be lost: they will be sent again, with the same id. */
  disconnected(): void {
    this.#save(this.#messages.map(withoutAnswer));
  }

  #save(messages: Unsent[]): void {
    this.#messages = messages;
    try {
      this.#storage?.setItem(STORAGE_KEY, JSON.stringify(messages));
    } catch {
      // Full or forbidden storage: unsent messages are lost when the application restarts.
    }
  }
}

function withoutAnswer(message: Unsent): Unsent {
  return message.progress === 'sent' ? { ...message, progress: 'waiting' } : message;
}

function read(storage: OutboxStorage | null): Unsent[] {
  try {
    return parseUnsent(storage?.getItem(STORAGE_KEY) ?? null);
  } catch {
    // Forbidden storage.
    return [];
  }
}

/** The messages in a value that an outbox has stored; others are left out. */
export function parseUnsent(value: string | null): Unsent[] {
  try {
    const stored: unknown = JSON.parse(value ?? '[]');
    return Array.isArray(stored) ? stored.filter(isUnsent) : [];
  } catch {
    return [];
  }
}

function isUnsent(value: unknown): value is Unsent {
  if (typeof value !== 'object' || value === null) return false;
  const { id, room, body, progress }: Partial<Unsent> = value;
  return [id, room, body, progress].every((field) => typeof field === 'string');
}
