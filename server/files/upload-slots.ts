import { addressGroup } from '../limits/address-group.js';
import { ChatError } from '../protocol/errors.js';

/** Uploads at the same time. An image is in memory while it is received and processed. */
const MAX_UPLOADS = 24;
const MAX_UPLOADS_PER_USER = 4;
const MAX_UPLOADS_PER_ADDRESS = 12;
const RETRY_AFTER_MS = 2_000;

/** Limits how many uploads a process receives at the same time. */
export class UploadSlots {
  readonly #busy = new Map<string, number>();
  #count = 0;

  /**
   * Occupies a slot.
   * @returns a function that releases it
   * @throws ChatError `overloaded`, `rate-limited`, both with `retryAfterMs`
   */
  occupy(id_user: string, address: string | undefined): () => void {
    if (this.#count >= MAX_UPLOADS)
      throw new ChatError('overloaded', 'the server receives too many files; try again in a moment', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    const group = addressGroup(address);
    const keys = [`user ${id_user}`, ...(group === null ? [] : [`address ${group}`])];
    const limits = [MAX_UPLOADS_PER_USER, MAX_UPLOADS_PER_ADDRESS];
    keys.forEach((key, i) => {
      const limit = limits[i] ?? 0;
      if (this.#of(key) >= limit)
        throw new ChatError('rate-limited', `${limit} files may be uploaded at the same time; wait for one`, {
          limit,
          retryAfterMs: RETRY_AFTER_MS,
        });
    });
    this.#change(keys, 1);
    return () => this.#change(keys.splice(0), -1);
  }

  #of(key: string): number {
    return this.#busy.get(key) ?? 0;
  }

  #change(keys: readonly string[], by: 1 | -1): void {
    if (keys.length === 0) return;
    this.#count += by;
    for (const key of keys) {
      const count = this.#of(key) + by;
      if (count > 0) this.#busy.set(key, count);
      else this.#busy.delete(key);
    }
  }
}
