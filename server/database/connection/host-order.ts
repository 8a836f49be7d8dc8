import type { DatabaseHost } from '../../config/database-url.js';

/** Decides in which order the hosts of a database are tried. */
export class HostOrder {
  readonly #hosts: readonly DatabaseHost[];
  readonly #random: () => number;
  #failed: DatabaseHost | null = null;

  constructor(hosts: readonly DatabaseHost[], random: () => number = Math.random) {
    this.#hosts = hosts;
    this.#random = random;
  }

  /** There is more than one host to choose from. */
  get isChoice(): boolean {
    return this.#hosts.length > 1;
  }

  /** Notes the host whose link was lost last: it is tried after all others. */
  lost(host: DatabaseHost): void {
    this.#failed = host;
  }

  /** All hosts in random order, so that many servers spread over them; the host that was lost last comes last. */
  next(): DatabaseHost[] {
    const keyed = this.#hosts.map((host) => ({ host, key: host === this.#failed ? 1 : this.#random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ host }) => host);
  }
}
