import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';

/** Whether the database has room for writes. */
export interface StorageStatus {
  state: 'ok' | 'full';
  since: Date;
}

/** When a client should repeat a write that was refused because the storage is full. */
const RETRY_AFTER_MS = 10_000;

/** Remembers whether the last write was refused because the storage is full, and logs when that changes. */
export class StorageState {
  readonly #log: Log;
  #current: StorageStatus = { state: 'ok', since: new Date() };

  constructor(log: Log) {
    this.#log = log;
  }

  get status(): StorageStatus {
    return this.#current;
  }

  note(state: StorageStatus['state']): void {
    if (state === this.#current.state) return;
    this.#current = { state, since: new Date() };
    if (state === 'full') this.#log.error('database storage full, writes are refused');
    else this.#log.info('database storage has room again, writes are accepted');
  }

  /** Notes a refused write. @returns the error for its sender */
  refusal(): ChatError {
    this.note('full');
    return new ChatError('storage-full', 'Nothing can be written at the moment: the storage is full', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}
