import type { DatabaseHost } from '../../config/database-url.js';

/** Decides in which order the hosts of a database are tried. */
export class HostOrder {
  readonly #hosts: readonly DatabaseHost[];
  readonly #random: () => number;
  #lastLost: DatabaseHost | null = null;

  constructor(hosts: readonly DatabaseHost[], random: () => number = Math.random) {
    this.#hosts = hosts;
    this.#random = random;
  }

  /** There is more than one host. */
  get hasChoice(): boolean {
    return this.#hosts.length > 1;
  }

  /** Notes the host whose link was lost last: it is tried after all others. */
  noteLost(host: DatabaseHost): void {
    this.#lastLost = host;
  }

  /** All hosts in random order, so that many processes spread over them; the host that was lost last comes last. */
  next(): DatabaseHost[] {
    const keyed = this.#hosts.map((host) => ({ host, key: host === this.#lastLost ? 1 : this.#random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ host }) => host);
  }
}
