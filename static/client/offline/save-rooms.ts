import type { ChatClient, ClientEvent } from 'changeroom-client';
import { isRoomCache, roomCacheOf, savedRoomPath } from '../../worker/cache-names.js';
import { MAX_SAVED_MESSAGES, MAX_SAVED_ROOMS, type SavedRoom } from './saved-room.js';

/** Milliseconds between two savings of a room. */
const SAVE_INTERVAL_MS = 5_000;

/** Codes that say that the reader may not read a room any more. */
const NO_ACCESS = ['not-a-member', 'no-such-room'];

/**
 * Keeps the newest messages of the rooms that a user opens, for the page that the service worker shows without a network. A
 * room is deleted when the right to read it ends, and the rooms of other users when this one opens a page.
 */
export class RoomSaver {
  readonly #client: ChatClient;
  readonly #cacheName: string;
  readonly #savedAt = new Map<string, number>();
  /** The room that was opened last. */
  #current: string | null = null;

  constructor(client: ChatClient, id_user: string) {
    this.#client = client;
    this.#cacheName = roomCacheOf(id_user);
  }

  /** @param room that the page shows already */
  start(room: string): void {
    this.#current = room;
    void this.#deleteOthers();
    this.#client.subscribe((event) => this.#receive(event));
    document.addEventListener('visibilitychange', () => {
      if (document.hidden && this.#current !== null) void this.#save(this.#current);
    });
    void this.#save(room);
  }

  #receive(event: ClientEvent): void {
    if (event.type !== 'frame') return;
    const { frame } = event;
    if (frame.type === 'error' && frame.room && NO_ACCESS.includes(frame.code)) void this.#delete(frame.room);
    if (frame.type === 'roomSnapshot') this.#current = frame.room;
    if (frame.type !== 'roomSnapshot' && frame.type !== 'deliverMessage') return;
    const room = frame.type === 'roomSnapshot' ? frame.room : frame.message.room;
    if (room !== this.#current || Date.now() - (this.#savedAt.get(room) ?? 0) < SAVE_INTERVAL_MS) return;
    this.#savedAt.set(room, Date.now());
    // After the client has applied the frame.
    queueMicrotask(() => void this.#save(room));
  }

  async #save(name: string): Promise<void> {
    const { user } = this.#client;
    const room = this.#client.join(name);
    if (user?.id_user == null || room.isExpelled || room.status === 'refused') return;
    const saved: SavedRoom = {
      room: name,
      user: { id_user: user.id_user, name: user.name },
      messages: room.messages.slice(-MAX_SAVED_MESSAGES),
      saved: Date.now(),
    };
    const cache = await caches.open(this.#cacheName);
    const key = savedRoomPath(name);
    // A cache is ordered by the time of insertion.
    await cache.delete(key);
    await cache.put(
      key,
      new Response(JSON.stringify(saved), { headers: { 'Content-Type': 'application/json' } }),
    );
    const keys = await cache.keys();
    for (const oldest of keys.slice(0, Math.max(0, keys.length - MAX_SAVED_ROOMS)))
      await cache.delete(oldest);
  }

  async #delete(room: string): Promise<void> {
    await (await caches.open(this.#cacheName)).delete(savedRoomPath(room));
  }

  async #deleteOthers(): Promise<void> {
    for (const name of await caches.keys())
      if (isRoomCache(name) && name !== this.#cacheName) await caches.delete(name);
  }
}
