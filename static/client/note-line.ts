import { setText } from './live-text.js';

/** Milliseconds for which a note is shown. */
const NOTE_MS = 5_000;

/** The line above the composer with short notes to the reader. */
export class NoteLine {
  readonly #changed: () => void;
  #note = '';

  /** @param changed the line has to be drawn */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  announce(note: string): void {
    this.#note = note;
    this.#changed();
    setTimeout(() => {
      if (this.#note === note) this.#note = '';
      this.#changed();
    }, NOTE_MS);
  }

  /** @param notice of the server, which is more important */
  draw(notice: string | null): void {
    setText('bots-notice', notice ?? this.#note);
  }
}
