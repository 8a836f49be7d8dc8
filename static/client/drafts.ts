import type { MessageFile } from '../../server/protocol/message.js';
import type { PageStorage } from './page-storage.js';

const STORAGE_KEY = 'changeroom.drafts';
/** The oldest drafts are dropped first. */
const MAX_DRAFTS = 50;

/** A message that a user has begun to write. */
export interface DraftContent {
  text: string;
  /** Id of the message to which the text replies. */
  reply_to?: string | undefined;
  /** Uploaded files. */
  files?: readonly MessageFile[] | undefined;
}

interface Draft extends DraftContent {
  /** Milliseconds since 1970. */
  changed: number;
}

/** The texts that a user has begun to write, by room. All tabs of a browser share them. */
export class Drafts {
  readonly #storage: PageStorage | null;
  readonly #now: () => number;
  /** The stored text and its drafts: each drawing asks for them. */
  #stored: string | null = null;
  #drafts: ReadonlyMap<string, Draft> = new Map();
  /** Drafts that the storage has not accepted. */
  #unstored: string | null = null;

  constructor(storage: PageStorage | null, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /** An empty text without a draft. */
  of(room: string): DraftContent {
    return this.#read().get(room) ?? { text: '' };
  }

  get rooms(): ReadonlySet<string> {
    return new Set(this.#read().keys());
  }

  /** An empty text without files removes the draft. */
  save(room: string, { text, reply_to, files = [] }: DraftContent): void {
    const drafts = new Map(this.#read());
    const isEmpty = text === '' && files.length === 0;
    const content: DraftContent = isEmpty
      ? { text }
      : { text, reply_to, files: files.length > 0 ? files : undefined };
    const { changed: _, ...stored }: Partial<Draft> = drafts.get(room) ?? { text: '' };
    if (JSON.stringify(content) === JSON.stringify(stored)) return;
    if (isEmpty) drafts.delete(room);
    else drafts.set(room, { ...content, changed: this.#now() });
    const newest = [...drafts].sort(([, a], [, b]) => b.changed - a.changed);
    const json = JSON.stringify(Object.fromEntries(newest.slice(0, MAX_DRAFTS)));
    this.#unstored = json;
    try {
      this.#storage?.setItem(STORAGE_KEY, json);
      if (this.#storage) this.#unstored = null;
    } catch {
      // A full storage keeps no draft for other tabs and visits.
    }
  }

  #read(): ReadonlyMap<string, Draft> {
    const stored = this.#readText();
    if (stored !== this.#stored) this.#drafts = parseDrafts(stored);
    this.#stored = stored;
    return this.#drafts;
  }

  #readText(): string | null {
    try {
      return this.#unstored ?? this.#storage?.getItem(STORAGE_KEY) ?? null;
    } catch {
      return null;
    }
  }
}

/** By room. A map, as the name of a room may be that of a property of all objects. */
function parseDrafts(stored: string | null): ReadonlyMap<string, Draft> {
  try {
    const drafts: unknown = JSON.parse(stored ?? '{}');
    return new Map(
      Object.entries(drafts ?? {}).filter((entry): entry is [string, Draft] => isDraft(entry[1])),
    );
  } catch {
    return new Map();
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { text, changed, reply_to, files = [] }: Partial<Draft> = value;
  const isReplyValid = reply_to === undefined || typeof reply_to === 'string';
  const areFilesValid = Array.isArray(files) && files.every((file) => typeof file?.id === 'string');
  return typeof text === 'string' && typeof changed === 'number' && isReplyValid && areFilesValid;
}
