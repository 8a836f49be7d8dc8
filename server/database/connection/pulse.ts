import type { DatabaseLink } from './database-link.js';
import { r } from './reql.js';

/** Probes without an answer after which the link is closed. */
const MAX_UNANSWERED_PROBES = 4;

/**
 * Probes both connections of a link with a query that needs no table, from the moment they are open, and closes the link
 * when there is no answer. So a host that dies silently is noticed during every step: while tables are created, while an
 * index is built, and later. The Heartbeat checks whether tables can be written and feeds deliver changes.
 */
export class Pulse {
  readonly #link: DatabaseLink;
  readonly #timer: NodeJS.Timeout;
  /** Probes since both connections have answered. */
  #unanswered = 0;

  constructor(
    link: DatabaseLink,
    /** Milliseconds between two probes. */
    intervalMs: number,
  ) {
    this.#link = link;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#unanswered >= MAX_UNANSWERED_PROBES) {
      this.stop();
      this.#link.destroy('the host does not answer');
      return;
    }
    this.#unanswered += 1;
    const { queries, feeds } = this.#link;
    Promise.all([queries, feeds].map((connection) => r.expr(1).run(connection))).then(
      () => {
        this.#unanswered = 0;
      },
      () => {}, // the link is lost, or this probe stays unanswered
    );
  }
}
