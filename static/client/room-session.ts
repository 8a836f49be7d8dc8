import { ChatError, type ErrorCode } from '../../server/protocol/errors.js';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.js';
import type { Position } from '../../server/protocol/message.js';
import { BotsNotice } from './bots-notice.js';
import { HistoryLoader } from './history-loader.js';
import { ID_TAKEN, type Outbox } from './outbox.js';
import { explain, isLogin } from './status.js';
import type { Timeline } from './timeline.js';

/** `away`: no connection. `stale`: joined, but the server itself has lost the room's feed. `refused`: cannot be joined. */
export type RoomStatus = 'away' | 'joining' | 'live' | 'stale' | 'refused';

export interface SessionParts {
  room: string;
  timeline: Timeline;
  outbox: Outbox;
  send: (frame: ClientFrame) => void;
  /** Something is to be shown anew. */
  changed: () => void;
  /** The reader was in the room, and may not be there any more. */
  expelled: () => void;
  /** Calls back after so many milliseconds. */
  later: (callback: () => void, ms: number) => void;
}

/** Milliseconds until another attempt, where an error does not say. */
const RETRY = 3_000;

/** Being in a room over a socket that comes and goes: keeps timeline and outbox as the server has them. */
export class RoomSession {
  status: RoomStatus = 'away';
  /** Why the room cannot be joined, in words. */
  refusal: string | null = null;
  /** The server has had enough: nothing is sent before this time (milliseconds since 1970). */
  pausedUntil: number | null = null;
  #wasIn = false;
  readonly history: HistoryLoader;
  readonly botsNotice: BotsNotice;
  /** Edits and deletions that have not been answered. */
  readonly #requests = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  #nextRef = 0;
  /** The server drops everything for a while. */
  #isDropped = false;

  constructor(private readonly parts: SessionParts) {
    this.history = new HistoryLoader(parts, () => this.#ref());
    this.botsNotice = new BotsNotice(parts.later);
  }

  /** The socket is open. */
  opened(): void {
    this.#join();
  }

  /** The socket is gone. */
  closed(): void {
    this.status = 'away';
    this.#isDropped = false;
    this.history.cancel();
    this.history.resume();
    this.parts.outbox.disconnected();
    for (const { reject } of this.#requests.values())
      reject(new Error('The connection was lost. Try again.'));
    this.#requests.clear();
    this.parts.changed();
  }

  post(body: string): void {
    this.parts.outbox.add(this.parts.room, body);
    this.#sendWaiting();
  }

  retry(id: string): void {
    this.parts.outbox.retry(id);
    this.#sendWaiting();
  }

  /** Resolves when the database has the change; the room shows it when the feed brings it. @throws Error, ChatError */
  edit(id: string, body: string): Promise<void> {
    return this.#request((ref) => ({ type: 'editMessage', ref, room: this.parts.room, id, body }));
  }

  /** See `edit`. */
  delete(id: string): Promise<void> {
    return this.#request((ref) => ({ type: 'deleteMessage', ref, room: this.parts.room, id }));
  }

  receive(frame: ServerFrame): void {
    const { room, timeline, outbox } = this.parts;
    switch (frame.type) {
      case 'roomSnapshot':
        if (frame.room === room) this.#joined(frame);
        break;
      case 'deliverMessage':
        if (frame.message.room !== room) return;
        // A bot that speaks has been reached.
        if (frame.message.kind === 'bot' && !timeline.get(frame.message.id)) this.botsNotice.clear();
        outbox.remove(frame.message.id);
        timeline.upsert(frame.message);
        this.history.note(frame);
        break;
      case 'removeMessage':
        if (frame.room !== room) return;
        timeline.remove(frame.id);
        this.history.note(frame);
        break;
      case 'roomResync':
        if (frame.room === room) this.#resync(frame.from);
        break;
      case 'roomState':
        if (frame.room !== room || (this.status !== 'live' && this.status !== 'stale')) return;
        this.status = frame.live ? 'live' : 'stale';
        if (frame.live) this.#sendWaiting();
        break;
      case 'history':
        this.history.receive(frame);
        break;
      case 'welcome':
        // Somebody who was refused has logged in.
        if (this.status === 'refused') this.#join();
        break;
      case 'ack':
        this.#acknowledged(frame.ref);
        break;
      case 'error':
        if (frame.code === 'too-many-frames') this.#dropped(frame.message, frame.retryAfterMs ?? RETRY);
        else this.#failed(frame);
        break;
      default:
        return;
    }
    this.parts.changed();
  }

  #join(): void {
    this.status = 'joining';
    // Frames are dropped at the moment; `#dropped` joins when they are not any more.
    if (this.#isDropped) return;
    this.parts.send({ type: 'joinRoom', ref: 'join', room: this.parts.room });
    this.parts.changed();
  }

  #joined({ messages, hasOlder, live }: ServerFrame & { type: 'roomSnapshot' }): void {
    const { room, timeline, outbox } = this.parts;
    timeline.distrust();
    timeline.applySnapshot(messages, hasOlder);
    for (const { id, progress } of outbox.of(room)) {
      // What was stored before this snapshot and is not in it stands further up, or is deleted again.
      if (timeline.get(id) || progress === 'stored') outbox.remove(id);
    }
    this.refusal = null;
    this.#wasIn = true;
    this.status = live ? 'live' : 'stale';
    this.#sendWaiting();
    this.history.cancel();
    this.history.check();
  }

  #resync(from: Position | null): void {
    this.history.cancel();
    if (from === null) {
      // What is held from before the server's window may be deleted; only a snapshot says so.
      this.#join();
      return;
    }
    this.parts.timeline.trustOnlyFrom(from);
    this.history.check();
  }

  #sendWaiting(): void {
    const { room, outbox, send, changed } = this.parts;
    if ((this.status === 'live' || this.status === 'stale') && this.pausedUntil === null) {
      for (const { id, body, progress } of outbox.of(room)) {
        if (progress !== 'waiting') continue;
        outbox.mark(id, 'sent');
        this.botsNotice.sent(id);
        send({ type: 'createMessage', ref: id, message: { id, room, body } });
      }
    }
    changed();
  }

  #acknowledged(ref: unknown): void {
    const id = String(ref);
    this.#requests.get(id)?.resolve();
    this.#requests.delete(id);
    this.botsNotice.stored(id);
    if (this.parts.outbox.get(id)) this.parts.outbox.mark(id, 'stored');
  }

  #failed(error: ServerFrame & { type: 'error' }): void {
    const { outbox, later } = this.parts;
    const { ref, room, code, message, retryAfterMs } = error;
    const id = String(ref);
    const passes =
      retryAfterMs !== undefined ||
      code === 'database-unavailable' ||
      code === 'shutting-down' ||
      isLogin(code);
    if (isLogin(code) || (ref === undefined && code === 'not-a-member' && room === this.parts.room))
      this.#refused(code, message);
    if (code === 'bots-unavailable') {
      if (room === this.parts.room) this.botsNotice.tell(message);
    } else if (id === 'join') {
      this.refusal = explain(code, message);
      if (!passes) this.#refused(code, message);
      else later(() => this.status === 'joining' && this.#join(), retryAfterMs ?? RETRY);
    } else if (outbox.get(id)) {
      if (code === 'rate-limited') this.#pause(id, retryAfterMs ?? RETRY);
      else outbox.mark(id, passes ? 'waiting' : 'failed', code === 'id-taken' ? ID_TAKEN : message);
      if (passes) later(() => this.#sendWaiting(), retryAfterMs ?? RETRY);
    } else if (this.#requests.has(id)) {
      this.#requests.get(id)?.reject(new ChatError(code, message));
      this.#requests.delete(id);
    } else this.history.failed(id, message, retryAfterMs ?? RETRY);
  }

  #refused(code: ErrorCode, message: string): void {
    this.status = 'refused';
    this.refusal = explain(code, message);
    if (code === 'not-a-member' && this.#wasIn) this.parts.expelled();
  }

  /** The server drops all frames for a while: whatever is not answered yet may be lost. */
  #dropped(message: string, ms: number): void {
    this.parts.outbox.disconnected();
    this.#hold(ms);
    for (const { reject } of this.#requests.values()) reject(new ChatError('too-many-frames', message));
    this.#requests.clear();
    this.history.pause(message);
    if (this.status === 'joining') this.refusal = explain('too-many-frames', message);
    this.#isDropped = true;
    this.parts.later(() => {
      this.#isDropped = false;
      this.history.resume();
      if (this.status === 'joining') this.#join();
      else if (this.status !== 'away') {
        this.#sendWaiting();
        this.history.check();
      }
    }, ms);
  }

  /** A message came too soon. It waits, and all behind it, so that they stay in order. */
  #pause(id: string, ms: number): void {
    this.parts.outbox.mark(id, 'waiting');
    this.#hold(ms);
  }

  /** Sends no messages for a while. */
  #hold(ms: number): void {
    const until = Math.max(this.pausedUntil ?? 0, Date.now() + ms);
    this.pausedUntil = until;
    this.parts.later(() => {
      if (this.pausedUntil === until) this.pausedUntil = null;
    }, ms);
  }

  #request(frame: (ref: string) => ClientFrame): Promise<void> {
    if (this.status !== 'live' && this.status !== 'stale') {
      return Promise.reject(new Error('There is no connection at the moment. Try again.'));
    }
    if (this.#isDropped) {
      return Promise.reject(new Error('That was too much in too little time. Try again in a few seconds.'));
    }
    const ref = this.#ref();
    return new Promise((resolve, reject) => {
      this.#requests.set(ref, { resolve, reject });
      this.parts.send(frame(ref));
    });
  }

  #ref(): string {
    this.#nextRef += 1;
    return `request ${this.#nextRef}`;
  }
}
