import { randomUUID } from 'node:crypto';
import type { Link } from './link.js';
import { type Cursor, r, type Term } from './reql.js';
import { isStorageFull } from './storage-full.js';

export interface HeartbeatListener {
  /** Two beats are missing. */
  onDead(): void;
  /** A beat was written, or refused because the storage is full. */
  onWrite(refusal: Error | null): void;
}

/**
 * Proof that the link is alive from end to end. A TCP connection can be half-open (behind an idle tunnel, say):
 * writes go nowhere and feeds stay silent without an error. So a row is rewritten over the one connection and
 * expected back through a feed on the other; when it stays away, `onDead` is called. A beat
 * that the database refuses because its storage is full is not missing.
 */
export class Heartbeat {
  private readonly id = randomUUID();
  private timer: NodeJS.Timeout | null = null;
  private missed = 0;
  private beat = 0;

  constructor(
    private readonly link: Link,
    private readonly nodes: Term,
    private readonly intervalMs: number,
    private readonly listener: HeartbeatListener,
  ) {}

  async start(): Promise<void> {
    const feed: Cursor<unknown> = await this.nodes
      .get(this.id)
      .changes({ squash: false })
      .run(this.link.feeds);
    feed.each((error) => {
      if (!error) this.missed = 0;
      return !error;
    });
    this.timer = setInterval(() => this.tick(), this.intervalMs);
    this.timer.unref();
    this.tick();
  }

  /** Stops and takes the row away. */
  async stop(): Promise<void> {
    this.abandon();
    const farewell = this.nodes.get(this.id).delete({ durability: 'soft' }).run(this.link.queries);
    await Promise.race([
      farewell.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, 500).unref()),
    ]);
  }

  /** Stops without a word, as the link is gone. */
  abandon(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    if (this.missed >= 2) {
      this.abandon();
      this.listener.onDead();
      return;
    }
    this.missed += 1;
    this.beat += 1;
    this.nodes
      .insert({ id: this.id, beat: this.beat, at: r.now() }, { conflict: 'replace', durability: 'soft' })
      .run(this.link.queries)
      .then(
        () => this.listener.onWrite(null),
        (error: unknown) => {
          // Other errors end the link by themselves or show as a missing beat.
          if (!isStorageFull(error)) return;
          this.missed = 0; // the database is alive
          this.listener.onWrite(error);
        },
      );
  }
}
