import type { PageStorage } from './page-storage.js';

const STORAGE_KEY = 'changeroom.drafts';
/** The oldest drafts are dropped first. */
const MAX_DRAFTS = 50;

interface Draft {
  text: string;
  /** Id of the message to which the text replies. */
  reply_to?: string | undefined;
  /** Milliseconds since 1970. */
  changed: number;
}

/** The texts that a user has begun to write, by room. All tabs of a browser share them. */
export class Drafts {
  readonly #storage: PageStorage | null;
  readonly #now: () => number;
  /** The stored text and its drafts: each drawing asks for them. */
  #stored: string | null = null;
  #drafts: Record<string, Draft> = {};

  constructor(storage: PageStorage | null, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /** An empty text without a draft. */
  of(room: string): string {
    return this.#read()[room]?.text ?? '';
  }

  /** Id of the message to which the draft replies; null if it is no reply. */
  replyIn(room: string): string | null {
    return this.#read()[room]?.reply_to ?? null;
  }

  get rooms(): ReadonlySet<string> {
    return new Set(Object.keys(this.#read()));
  }

  /** An empty text removes the draft. */
  save(room: string, text: string, reply_to: string | null = null): void {
    const { [room]: previous, ...others } = this.#read();
    const reply = reply_to ?? undefined;
    if ((previous?.text ?? '') === text && previous?.reply_to === reply) return;
    const draft: Draft = { text, reply_to: reply, changed: this.#now() };
    const drafts = text === '' ? others : { ...others, [room]: draft };
    const newest = Object.entries(drafts).sort(([, a], [, b]) => b.changed - a.changed);
    try {
      this.#storage?.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(newest.slice(0, MAX_DRAFTS))));
    } catch {
      // A full storage keeps no draft; the text is still in the field.
    }
  }

  #read(): Record<string, Draft> {
    const stored = this.#readText();
    if (stored !== this.#stored) this.#drafts = parseDrafts(stored);
    this.#stored = stored;
    return this.#drafts;
  }

  #readText(): string | null {
    try {
      return this.#storage?.getItem(STORAGE_KEY) ?? null;
    } catch {
      return null;
    }
  }
}

function parseDrafts(stored: string | null): Record<string, Draft> {
  try {
    const drafts: unknown = JSON.parse(stored ?? '{}');
    return Object.fromEntries(
      Object.entries(drafts ?? {}).filter((entry): entry is [string, Draft] => isDraft(entry[1])),
    );
  } catch {
    return {};
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { text, changed, reply_to }: Partial<Draft> = value;
  const isReplyValid = reply_to === undefined || typeof reply_to === 'string';
  return typeof text === 'string' && typeof changed === 'number' && isReplyValid;
}
