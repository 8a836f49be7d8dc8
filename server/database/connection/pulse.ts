import type { DatabaseLink } from './database-link.js';
import { r } from './reql.js';

/** Questions without an answer after which the link is dead. */
const SILENT_BEATS = 4;

/**
 * Asks a question that needs no table over both connections of a link, again and again from the moment they are open,
 * and drops the link when no answer comes. So a host that dies silently is noticed during every step: while tables are
 * made, while an index is built, and later. Whether tables can be written and feeds bring changes is the Heartbeat's.
 */
export class Pulse {
  readonly #link: DatabaseLink;
  readonly #timer: NodeJS.Timeout;
  /** Questions since both connections have answered. */
  #silent = 0;

  constructor(
    link: DatabaseLink,
    /** Milliseconds between two questions. */
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
    if (this.#silent >= SILENT_BEATS) {
      this.stop();
      this.#link.destroy('the host does not answer');
      return;
    }
    this.#silent += 1;
    const { queries, feeds } = this.#link;
    Promise.all([queries, feeds].map((connection) => r.expr(1).run(connection))).then(
      () => {
        this.#silent = 0;
      },
      () => {}, // the link is lost, or this one stays without an answer
    );
  }
}
