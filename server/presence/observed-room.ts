import type { PresenceCount, PresenceDelta, PresenceEntry } from '../protocol/presence.js';
import type { Log } from '../telemetry/logger.js';
import type { Clock } from './clock.js';
import { countOf, inOrder, isSameEntry } from './entries.js';
import type { Observation, PresenceListener } from './presence.js';

/** The source of what happens in this process. */
export const LOCAL = 'here';

export interface ObservedRoomOptions {
  clock: Clock;
  log: Log;
  windowMs: number;
}

/**
 * A room that somebody of this process follows: who is there according to each source (a process), and what the
 * listeners were told. Now and then, what is different between the two is told; so no order of events and no
 * repetition can make listeners see anything but what is there in the end.
 */
export class ObservedRoom {
  readonly #options: ObservedRoomOptions;
  readonly #sources = new Map<string, Map<string, PresenceEntry>>();
  readonly #listeners = new Set<PresenceListener>();
  readonly #told = new Map<string, PresenceEntry>();
  /** Sockets whose entry may not be what was told. */
  readonly #changed = new Set<string>();
  #toldPartial = true;
  #isPartial = true;
  #cancelTelling: (() => void) | null = null;
  readonly #waiting = new Set<() => void>();
  #toldInOrder: readonly PresenceEntry[] | null = null;
  #counted: PresenceCount | null = null;

  constructor(
    readonly room: string,
    options: ObservedRoomOptions,
  ) {
    this.#options = options;
  }

  get partial(): boolean {
    return this.#isPartial;
  }

  set partial(partial: boolean) {
    if (partial === this.#isPartial) return;
    this.#isPartial = partial;
    if (!partial) this.stopWaiting();
    this.#tellSoon();
  }

  /** As it is now. */
  users(): PresenceEntry[] {
    return inOrder(this.#entries().values());
  }

  /** As it is now. */
  count(): PresenceCount {
    this.#counted ??= countOf(this.#entries().values());
    return this.#counted;
  }

  /** What a source tells of some sockets. */
  apply(source: string, present: Iterable<PresenceEntry>, gone: Iterable<string>): void {
    const entries = this.#sources.get(source) ?? new Map<string, PresenceEntry>();
    for (const entry of present) {
      const before = entries.get(entry.id_socket);
      if (before && isSameEntry(before, entry)) continue;
      entries.set(entry.id_socket, entry);
      this.#changed.add(entry.id_socket);
    }
    for (const id_socket of gone) if (entries.delete(id_socket)) this.#changed.add(id_socket);
    if (entries.size > 0) this.#sources.set(source, entries);
    else this.#sources.delete(source);
    this.#tellSoon();
  }

  /** All that a source has. */
  replace(source: string, present: readonly PresenceEntry[]): void {
    const ids = new Set(present.map(({ id_socket }) => id_socket));
    const before = this.#sources.get(source)?.keys() ?? [];
    this.apply(
      source,
      present,
      [...before].filter((id_socket) => !ids.has(id_socket)),
    );
  }

  /** Forgets every source but these. */
  keep(sources: ReadonlySet<string>): void {
    for (const source of [...this.#sources.keys()]) if (!sources.has(source)) this.replace(source, []);
  }

  /** Resolves when the room is whole, when there is no use in waiting any more, or after `timeoutMs`. */
  async known(timeoutMs: number): Promise<void> {
    if (!this.#isPartial || timeoutMs <= 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => done());
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  /** Nothing more will be known for now. */
  stopWaiting(): void {
    for (const done of [...this.#waiting]) done();
  }

  subscribe(listener: PresenceListener, stop: () => void): Observation {
    // To the first, the present state can be told at once; the others must continue from what all were told.
    if (this.#listeners.size === 0) this.#tell();
    // The same function may be given twice.
    const subscriber: PresenceListener = (delta) => listener(delta);
    this.#listeners.add(subscriber);
    this.#toldInOrder ??= inOrder(this.#told.values());
    return {
      users: this.#toldInOrder,
      partial: this.#toldPartial,
      stop: () => {
        if (this.#listeners.delete(subscriber)) stop();
      },
    };
  }

  close(): void {
    this.#listeners.clear();
    this.stopWaiting();
    this.#cancelTelling?.();
  }

  #tellSoon(): void {
    this.#counted = null;
    if (this.#changed.size === 0 && this.#toldPartial === this.#isPartial) return;
    this.#cancelTelling ??= this.#options.clock.after(this.#options.windowMs, () => this.#tell());
  }

  #tell(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = null;
    const delta = this.#difference();
    const { joined, left, renamed, partial } = delta;
    const isSame = joined.length + left.length + renamed.length === 0;
    if (isSame && partial === this.#toldPartial) return;
    this.#toldPartial = partial;
    if (!isSame) this.#toldInOrder = null;
    for (const listener of [...this.#listeners]) {
      try {
        listener(delta);
      } catch (error) {
        this.#options.log.error({ room: this.room, error: String(error) }, 'presence: a listener failed');
      }
    }
  }

  /** Between what was told and what is; from now on that is what was told. */
  #difference(): PresenceDelta {
    const joined: PresenceEntry[] = [];
    const left: string[] = [];
    const renamed: PresenceEntry[] = [];
    for (const id_socket of this.#changed) {
      const before = this.#told.get(id_socket);
      const now = this.#find(id_socket);
      if (now) this.#told.set(id_socket, now);
      else this.#told.delete(id_socket);
      if (now && !before) joined.push(now);
      else if (before && !now) left.push(id_socket);
      else if (before && now && !isSameEntry(before, now)) renamed.push(now);
    }
    this.#changed.clear();
    return { room: this.room, joined, left, renamed, partial: this.#isPartial };
  }

  #find(id_socket: string): PresenceEntry | undefined {
    for (const entries of this.#sources.values()) {
      const entry = entries.get(id_socket);
      if (entry) return entry;
    }
    return undefined;
  }

  #entries(): Map<string, PresenceEntry> {
    const all = new Map<string, PresenceEntry>();
    for (const entries of this.#sources.values()) {
      for (const entry of entries.values()) if (!all.has(entry.id_socket)) all.set(entry.id_socket, entry);
    }
    return all;
  }
}
