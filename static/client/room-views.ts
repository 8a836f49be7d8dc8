import type { ChatClient, RoomStatus, ServerFrame } from 'changeroom-client';

/** The view of a room, as far as it concerns its place in the page. */
export interface PlacedView {
  room: { name: string; status: RoomStatus };
  /** A file of the next message is not stored yet. */
  isUploading: boolean;
  show(): void;
  hide(): void;
  keepUpHidden(): void;
  receive(frame: ServerFrame): void;
  disconnected(): void;
  /** The room is left. */
  close(): void;
}

export interface RoomViewsDependencies {
  client: Pick<ChatClient, 'leave' | 'outbox'>;
  now?: () => number;
}

/** Rooms that the page keeps besides the one it shows. */
const MAX_HIDDEN_ROOMS = 4;
/** Milliseconds for which the page keeps a hidden room: the reader counts as being there as long. */
const HIDDEN_ROOM_MS = 5 * 60_000;

/**
 * The room that the page shows, and those that it has shown recently: it stays in them for a while, so that it shows them
 * again at once. A room with messages that are not sent yet, or with
 * uploads, is kept until they are.
 */
export class RoomViews<View extends PlacedView> {
  readonly #dependencies: RoomViewsDependencies;
  readonly #now: () => number;
  readonly #hidden = new Map<string, { view: View; since: number }>();
  #current: View;

  constructor(current: View, dependencies: RoomViewsDependencies) {
    this.#dependencies = dependencies;
    this.#now = dependencies.now ?? Date.now;
    this.#current = current;
  }

  get current(): View {
    return this.#current;
  }

  /** Replaces the room that the page shows. @param create makes the view of a room that is not kept, and places it into the page */
  show(room: string, create: () => View): View {
    const previous = this.#current;
    if (previous.room.name === room) return previous;
    const kept = this.#hidden.get(room);
    this.#hidden.delete(room);
    previous.hide();
    this.#hidden.set(previous.room.name, { view: previous, since: this.#now() });
    if (kept) kept.view.show();
    this.#current = kept?.view ?? create();
    this.keepUp();
    return this.#current;
  }

  /** A file of any room is not stored yet. */
  get isUploading(): boolean {
    return this.#all().some((view) => view.isUploading);
  }

  receive(frame: ServerFrame): void {
    for (const view of this.#all()) view.receive(frame);
  }

  /** The connection is lost. */
  disconnected(): void {
    for (const view of this.#all()) view.disconnected();
  }

  /** To be called regularly. Leaves rooms that were hidden for long, or that the reader may not enter any more. */
  keepUp(): void {
    const { client } = this.#dependencies;
    const unsent = client.outbox.rooms;
    let surplus = this.#hidden.size - MAX_HIDDEN_ROOMS;
    for (const [name, { view, since }] of this.#hidden) {
      view.keepUpHidden();
      const isOld = this.#now() - since > HIDDEN_ROOM_MS;
      const isRefused = view.room.status === 'refused';
      const isBusy = unsent.has(name) || view.isUploading;
      if (!isRefused && (isBusy || (surplus <= 0 && !isOld))) continue;
      surplus -= 1;
      this.#hidden.delete(name);
      view.close();
      client.leave(name);
    }
  }

  #all(): View[] {
    return [this.#current, ...[...this.#hidden.values()].map(({ view }) => view)];
  }
}
