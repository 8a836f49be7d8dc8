interface Held {
  /** Checks that have not ended. */
  checks: number;
  hasMissed: boolean;
}

/**
 * The rooms of one socket for which its rights are being checked. Until the checks of a room have ended, presence and
 * typing of the room are dropped instead of sent.
 */
export class HeldRooms {
  readonly #held = new Map<string, Held>();
  readonly #missed: (room: string) => void;

  /** @param missed called at the end of the last check of a room if something was dropped */
  constructor(missed: (room: string) => void) {
    this.#missed = missed;
  }

  /** Begins a check. @returns a function that ends it; only its first call counts */
  hold(room: string): () => void {
    const held = this.#held.get(room) ?? { checks: 0, hasMissed: false };
    held.checks += 1;
    this.#held.set(room, held);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      held.checks -= 1;
      if (held.checks > 0) return;
      this.#held.delete(room);
      if (held.hasMissed) this.#missed(room);
    };
  }

  /** Whether presence and typing of a room must be dropped at the moment. */
  drops(room: string): boolean {
    const held = this.#held.get(room);
    if (!held) return false;
    held.hasMissed = true;
    return true;
  }
}
