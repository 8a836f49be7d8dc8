import { inOrder } from '../../server/presence/entries.js';
import type { Observation, Presence } from '../../server/presence/presence.js';
import type { PresenceDelta, PresenceEntry } from '../../server/protocol/presence.js';

/** The view of an observation that a page shows: the initial list with the deltas applied. */
export class RoomView {
  readonly deltas: PresenceDelta[] = [];
  /** Deltas that contradict the list. */
  readonly faults: string[] = [];
  readonly #shown = new Map<string, PresenceEntry>();
  #observation: Observation | null = null;
  partial = true;

  static async of(presence: Presence, room: string): Promise<RoomView> {
    const view = new RoomView();
    const observation = await presence.observe(room, (delta) => view.#show(delta));
    view.#observation = observation;
    view.partial = observation.isPartial();
    for (const entry of observation.users()) view.#shown.set(entry.id_socket, entry);
    return view;
  }

  get users(): PresenceEntry[] {
    return inOrder(this.#shown.values());
  }

  get sockets(): string[] {
    return this.users.map(({ id_socket }) => id_socket);
  }

  /** All sockets that have left. */
  get left(): string[] {
    return this.deltas.flatMap(({ left }) => left);
  }

  stop(): void {
    this.#observation?.stop();
  }

  #show(delta: PresenceDelta): void {
    this.deltas.push(delta);
    this.partial = delta.partial;
    if (!this.#observation) this.faults.push('a delta before the list');
    for (const id of delta.left) if (!this.#shown.delete(id)) this.faults.push(`${id} left twice`);
    for (const entry of delta.joined) {
      if (this.#shown.has(entry.id_socket)) this.faults.push(`${entry.id_socket} joined twice`);
      this.#shown.set(entry.id_socket, entry);
    }
    for (const entry of delta.renamed) {
      if (!this.#shown.has(entry.id_socket)) this.faults.push(`${entry.id_socket} was not there`);
      this.#shown.set(entry.id_socket, entry);
    }
    this.#compare();
  }

  /** The live view of an observation is the state that its deltas lead to. */
  #compare(): void {
    if (!this.#observation) return;
    const observation = this.#observation;
    const { users } = this;
    if (JSON.stringify(observation.users()) !== JSON.stringify(users)) this.faults.push('other users');
    if (observation.size() !== users.length) this.faults.push('another size');
    if (observation.isPartial() !== this.partial) this.faults.push('another completeness');
  }
}
