import { CommandNotice } from './command-notice.js';
import type { ClientFrame, MessageFile, Position, ServerFrame } from './frames.js';
import { HistoryLoader } from './history-loader.js';
import { frameOf, type Outbox } from './outbox.js';
import { QuotedMessages } from './quoted-messages.js';
import { ConnectionError, isAuthenticationError, isNoAccess, RequestError } from './request-error.js';
import type { ChangeFrame, Requests } from './requests.js';
import type { RoomStatus } from './room-status.js';
import { Timeline } from './timeline.js';

export interface RoomSessionDependencies {
  room: string;
  outbox: Outbox;
  requests: Requests;
  send: (frame: ClientFrame) => void;
  /** The state of the room changed. */
  changed: () => void;
  schedule: (callback: () => void, delayMs: number) => void;
  now: () => number;
}

/** Milliseconds until a retry if an error does not name them. */
const RETRY_DELAY_MS = 3_000;

/** Membership of a socket in a room, across reconnects: keeps timeline and outbox equal to the server. */
export class RoomSession {
  readonly timeline = new Timeline();
  readonly history: HistoryLoader;
  readonly notice: CommandNotice;
  readonly quoted = new QuotedMessages(this.timeline);
  readonly #dependencies: RoomSessionDependencies;
  #status: RoomStatus = 'disconnected';
  #refusal: RequestError | null = null;
  #pausedUntil: number | null = null;
  #wasJoined = false;
  #joinRef = '';
  /** The server drops all frames for a while. */
  #isDropping = false;

  constructor(dependencies: RoomSessionDependencies) {
    const { requests, schedule } = dependencies;
    this.#dependencies = dependencies;
    this.history = new HistoryLoader({
      ...dependencies,
      timeline: this.timeline,
      nextRef: () => requests.nextRef(),
    });
    this.notice = new CommandNotice(schedule);
  }

  get status(): RoomStatus {
    return this.#status;
  }

  get isJoined(): boolean {
    return this.#status === 'live' || this.#status === 'stale';
  }

  /** Why the room cannot be joined, or not yet. */
  get refusal(): RequestError | null {
    return this.#refusal;
  }

  /** The user was in the room and lost the right to be. */
  get isExpelled(): boolean {
    return this.#wasJoined && this.#status === 'refused' && isNoAccess(this.#refusal?.code);
  }

  /** A limit was exceeded: no message is sent before this time (milliseconds since 1970). */
  get pausedUntil(): number | null {
    return this.#pausedUntil;
  }

  /** There is a connection with an authenticated user. */
  start(): void {
    if (this.#status === 'disconnected' || this.#status === 'refused') this.#join();
  }

  /** The connection is lost. */
  disconnected(): void {
    this.#status = 'disconnected';
    this.#isDropping = false;
    this.history.cancel();
    this.history.resume();
    this.#dependencies.outbox.disconnected();
    this.#dependencies.changed();
  }

  /** Adds a message to the outbox and sends it as soon as possible. @returns its id @throws OutboxFullError */
  post(body: string, reply_to?: string, files?: readonly MessageFile[]): string {
    const id = this.#dependencies.outbox.add(this.#dependencies.room, body, reply_to, files);
    this.sendWaiting();
    return id;
  }

  retry(id: string): void {
    this.#dependencies.outbox.retry(id);
    this.sendWaiting();
  }

  /**
   * Sends a change of the room. Resolves when it is stored; the room shows it when it is delivered.
   * @throws RequestError, ConnectionError
   */
  async request(frame: ChangeFrame): Promise<void> {
    if (!this.isJoined) throw new ConnectionError('The connection is lost. Try again in a moment.');
    if (this.#isDropping)
      throw new RequestError('too-many-frames', 'Too many requests. Try again in a few seconds.');
    await this.#dependencies.requests.send(frame);
  }

  receive(frame: ServerFrame): void {
    const { room, outbox } = this.#dependencies;
    if (isOf(frame, room)) this.quoted.receive(frame);
    switch (frame.type) {
      case 'welcome':
        // The socket was opened, or its user has signed in.
        this.start();
        break;
      case 'roomSnapshot':
        if (frame.room === room) this.#joined(frame);
        break;
      case 'deliverMessage':
        if (frame.message.room !== room) return;
        // The answer of a bot: bots are reachable again.
        if (frame.message.kind === 'bot' && !this.timeline.get(frame.message.id)) this.notice.clear();
        outbox.remove(frame.message.id);
        this.timeline.upsert(frame.message);
        this.history.record(frame);
        break;
      case 'removeMessage':
        if (frame.room !== room) return;
        this.timeline.remove(frame.id);
        this.history.record(frame);
        break;
      case 'annotationsChanged':
        if (frame.room !== room) return;
        this.timeline.annotate(frame);
        this.history.record(frame);
        break;
      case 'roomResync':
        if (frame.room === room) this.#resync(frame.from);
        break;
      case 'roomState':
        if (frame.room !== room || !this.isJoined) return;
        this.#status = frame.live ? 'live' : 'stale';
        if (frame.live) this.sendWaiting();
        break;
      case 'references':
        if (frame.room !== room) return;
        break;
      case 'history':
        this.history.receive(frame);
        break;
      case 'ack':
        this.#acknowledged(String(frame.ref));
        break;
      case 'error':
        if (frame.code === 'too-many-frames') this.#dropped(frame);
        else this.#failed(frame);
        break;
      default:
        return;
    }
    this.#dependencies.changed();
  }

  #join(): void {
    const { room, requests, send, changed } = this.#dependencies;
    this.#status = 'joining';
    // While frames are dropped, `#dropped` has scheduled the join.
    if (this.#isDropping) return;
    this.#joinRef = requests.nextRef();
    send({ type: 'joinRoom', ref: this.#joinRef, room });
    changed();
  }

  #joined({ messages, hasOlder, live }: ServerFrame<'roomSnapshot'>): void {
    const { room, outbox } = this.#dependencies;
    this.timeline.distrust();
    this.timeline.applySnapshot(messages, hasOlder);
    for (const { id, progress } of outbox.of(room)) {
      // A message that was stored before this snapshot is in it, further up, or deleted again.
      if (this.timeline.get(id) || progress === 'stored') outbox.remove(id);
    }
    this.#refusal = null;
    this.#wasJoined = true;
    this.#status = live ? 'live' : 'stale';
    this.sendWaiting();
    this.history.cancel();
    this.history.verify();
  }

  #resync(from: Position | null): void {
    this.history.cancel();
    if (from === null) {
      // Messages before the server's window may be deleted; only a snapshot shows that.
      this.#join();
      return;
    }
    this.timeline.trustOnlyFrom(from);
    this.history.verify();
  }

  /** Sends the messages of the outbox that wait, unless a limit delays them. */
  sendWaiting(): void {
    const { room, outbox, send, changed } = this.#dependencies;
    if (this.isJoined && this.#pausedUntil === null) {
      for (const unsent of outbox.of(room)) {
        if (unsent.progress !== 'waiting') continue;
        outbox.mark(unsent.id, 'sent');
        this.notice.sent(unsent.id);
        send(frameOf(unsent));
      }
    }
    changed();
  }

  #acknowledged(id: string): void {
    this.notice.stored(id);
    if (this.#dependencies.outbox.get(id)) this.#dependencies.outbox.mark(id, 'stored');
  }

  #failed(error: ServerFrame<'error'>): void {
    const { outbox, schedule, room } = this.#dependencies;
    const { ref, code, message, retryAfterMs = RETRY_DELAY_MS } = error;
    const id = String(ref);
    const isTemporary =
      error.retryAfterMs !== undefined ||
      code === 'database-unavailable' ||
      code === 'shutting-down' ||
      isAuthenticationError(code);
    const isExpulsion = ref === undefined && isNoAccess(code) && error.room === room;
    if (isAuthenticationError(code) || isExpulsion) this.#refused(error);
    if (code === 'bots-unavailable' || code === 'no-such-command') {
      if (error.room === room) this.notice.show(message);
    } else if (id === this.#joinRef) {
      this.#refusal = new RequestError(code, message);
      if (!isTemporary) this.#refused(error);
      else schedule(() => this.#status === 'joining' && this.#join(), retryAfterMs);
    } else if (outbox.get(id)?.room === room) {
      if (code === 'rate-limited') this.#pause(id, retryAfterMs);
      else outbox.mark(id, isTemporary ? 'waiting' : 'failed', { code, message });
      if (isTemporary) schedule(() => this.sendWaiting(), retryAfterMs);
    } else this.history.failed(id, message, retryAfterMs);
  }

  #refused({ code, message }: ServerFrame<'error'>): void {
    this.#status = 'refused';
    this.#refusal = new RequestError(code, message);
  }

  /** The server drops all frames for a while: frames without an answer may be lost. */
  #dropped({ code, message, retryAfterMs = RETRY_DELAY_MS }: ServerFrame<'error'>): void {
    this.#dependencies.outbox.disconnected();
    this.#hold(retryAfterMs);
    this.history.pause(message);
    if (this.#status === 'joining') this.#refusal = new RequestError(code, message);
    this.#isDropping = true;
    this.#dependencies.schedule(() => {
      this.#isDropping = false;
      this.history.resume();
      if (this.#status === 'joining') this.#join();
      else if (this.#status !== 'disconnected') {
        this.sendWaiting();
        this.history.verify();
      }
    }, retryAfterMs);
  }

  /** A message exceeded a limit. It waits, and all messages after it, so that they stay in order. */
  #pause(id: string, delayMs: number): void {
    this.#dependencies.outbox.mark(id, 'waiting');
    this.#hold(delayMs);
  }

  /** Sends no messages for a while. */
  #hold(delayMs: number): void {
    const { schedule, now } = this.#dependencies;
    const until = Math.max(this.#pausedUntil ?? 0, now() + delayMs);
    this.#pausedUntil = until;
    schedule(() => {
      if (this.#pausedUntil === until) this.#pausedUntil = null;
    }, delayMs);
  }
}

/** Whether a frame is about the messages of this room. */
function isOf(frame: ServerFrame, room: string): boolean {
  return frame.type === 'deliverMessage'
    ? frame.message.room === room
    : 'room' in frame && frame.room === room;
}
