import type { PageStorage } from '../page-storage.js';

const RECENT_KEY = 'changeroom.emoji';
const TONE_KEY = 'changeroom.emojiTone';
/** Three rows of the picker. */
const MAX_RECENT = 24;

/** The recently used emoji and the skin tone of a user, which all tabs of a browser share. */
export class EmojiChoices {
  readonly #storage: PageStorage | null;

  constructor(storage: PageStorage | null) {
    this.#storage = storage;
  }

  /** Characters, the latest first. */
  get recent(): string[] {
    return (this.#read(RECENT_KEY) ?? '').split(' ').filter(Boolean).slice(0, MAX_RECENT);
  }

  /** A modifier, or an empty text. */
  get tone(): string {
    return this.#read(TONE_KEY) ?? '';
  }

  set tone(tone: string) {
    this.#write(TONE_KEY, tone);
  }

  use(character: string): void {
    const others = this.recent.filter((one) => one !== character);
    this.#write(RECENT_KEY, [character, ...others].slice(0, MAX_RECENT).join(' '));
  }

  #read(key: string): string | null {
    try {
      return this.#storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  #write(key: string, value: string): void {
    try {
      this.#storage?.setItem(key, value);
    } catch {
      // A full storage remembers nothing.
    }
  }
}
