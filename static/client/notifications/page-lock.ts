/**
 * The tab that shows notifications, of all tabs of a user in this browser: the one that had the focus last. It knows which
 * room is visible and focused, because only one tab can have the focus. Without Web Locks, every tab counts as the one; then
 * the tag of a room makes the system show its notification once.
 */
export class PageLock {
  readonly #name: string;
  #isHeld = false;

  constructor(id_user: string) {
    this.#name = `changeroom-notifications@${id_user}`;
    if (!('locks' in navigator)) {
      this.#isHeld = true;
      return;
    }
    void this.#request(document.hasFocus());
    addEventListener('focus', () => {
      if (!this.#isHeld) void this.#request(true);
    });
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Holds the lock until another tab steals it or this one is closed; then waits for it again. */
  async #request(steal: boolean): Promise<void> {
    try {
      await navigator.locks.request(this.#name, { steal }, () => {
        this.#isHeld = true;
        return new Promise<never>(() => {});
      });
    } catch {
      this.#isHeld = false;
      void this.#request(false);
    }
  }
}
