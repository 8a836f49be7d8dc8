import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import type { Write, WriteClient } from './write-client.js';

export interface WriterOptions {
  rooms: readonly string[];
  /** @returns a random integer from 0 to `below` - 1 */
  pick: (below: number) => number;
  /** Milliseconds between two writes. */
  pauseMs: number;
  ledger: Ledger;
  /** The body of a new message; default: a text with the message's id. */
  body?: (id: string) => string;
}

const RETRY_DELAY_MS = 200;

/** Writes until it is stopped, and repeats each write until it is acknowledged. */
export class Writer {
  readonly #client: WriteClient;
  readonly #options: WriterOptions;
  /** Messages that this writer has created and not deleted. */
  readonly #own: { id: string; room: string }[] = [];
  #done: Promise<void>;
  #isStopped = false;

  constructor(client: WriteClient, options: WriterOptions) {
    this.#client = client;
    this.#options = options;
    this.#done = this.#run();
  }

  get name(): string {
    return this.#client.name;
  }

  /** Resolves when the last write is acknowledged and the client is closed. */
  async stop(): Promise<void> {
    await this.pause();
    await this.#client.close();
  }

  /** Resolves when the last write is acknowledged. Writes nothing until `resume`. */
  async pause(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  resume(): void {
    this.#isStopped = false;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    const { ledger, pauseMs } = this.#options;
    const { name } = this.#client;
    while (!this.#isStopped) {
      const write = this.#next();
      let retries: number;
      try {
        retries = await this.#sendUntilAcknowledged(write);
      } catch (error) {
        ledger.violations.push(`${name}: ${write.kind} ${write.id}: ${(error as Error).message}`);
        continue;
      }
      const body = write.kind === 'delete' ? null : write.body;
      ledger.acknowledge(name, write.id, { room: write.room, body });
      if (write.kind === 'create') this.#own.push({ id: write.id, room: write.room });
      // The database may execute an unanswered write late, such as a host that was frozen with the query in its
      // buffers, and so undo a newer write to the same row. Therefore this row is not changed again.
      if (retries > 0) this.#forget(write.id);
      await sleep(pauseMs);
    }
  }

  /** @returns the number of repetitions */
  async #sendUntilAcknowledged(write: Write): Promise<number> {
    const { ledger } = this.#options;
    for (let retries = 0; ; retries += 1) {
      const outcome = await this.#client.send(write);
      if (outcome === 'acknowledged') return retries;
      ledger.retry(this.#client.name);
      if (outcome === 'storage-full') ledger.storageRefusals += 1;
      await sleep(RETRY_DELAY_MS);
    }
  }

  #forget(id: string): void {
    const index = this.#own.findIndex((message) => message.id === id);
    if (index >= 0) this.#own.splice(index, 1);
  }

  #next(): Write {
    const { rooms, pick, body } = this.#options;
    const turn = pick(10);
    if (this.#client.canChange && turn < 2 && this.#own.length > 0) {
      const index = pick(this.#own.length);
      const message = this.#own[index]!;
      if (turn === 0) return { kind: 'edit', ...message, body: `edited ${message.id} ${pick(1_000_000)}` };
      this.#own.splice(index, 1);
      return { kind: 'delete', ...message };
    }
    const id = randomUUID();
    const text = body?.(id) ?? `${this.#client.name} says ${id}`;
    return { kind: 'create', id, room: rooms[pick(rooms.length)]!, body: text };
  }
}
