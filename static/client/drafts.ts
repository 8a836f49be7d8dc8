import type { PageStorage } from './page-storage.js';

const STORAGE_KEY = 'changeroom.drafts';
/** The oldest drafts are dropped first. */
const MAX_DRAFTS = 50;

interface Draft {
  text: string;
  /** Milliseconds since 1970. */
  changed: number;
}

/** The texts that a user has begun to write, by room. All tabs of a browser share them. */
export class Drafts {
  readonly #storage: PageStorage | null;
  readonly #now: () => number;

  constructor(storage: PageStorage | null, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /** An empty text without a draft. */
  of(room: string): string {
    return this.#read()[room]?.text ?? '';
  }

  get rooms(): ReadonlySet<string> {
    return new Set(Object.keys(this.#read()));
  }

  /** An empty text removes the draft. */
  save(room: string, text: string): void {
    const { [room]: previous, ...others } = this.#read();
    if ((previous?.text ?? '') === text) return;
    const drafts = text === '' ? others : { ...others, [room]: { text, changed: this.#now() } };
    const newest = Object.entries(drafts).sort(([, a], [, b]) => b.changed - a.changed);
    try {
      this.#storage?.setItem(STORAGE_KEY, JSON.stringify(Object.fromEntries(newest.slice(0, MAX_DRAFTS))));
    } catch {
      // A full storage keeps no draft; the text is still in the field.
    }
  }

  #read(): Record<string, Draft> {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(STORAGE_KEY) ?? '{}');
      const entries = Object.entries(stored ?? {}).filter((entry): entry is [string, Draft] =>
        isDraft(entry[1]),
      );
      return Object.fromEntries(entries);
    } catch {
      return {};
    }
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { text, changed }: Partial<Draft> = value;
  return typeof text === 'string' && typeof changed === 'number';
}
