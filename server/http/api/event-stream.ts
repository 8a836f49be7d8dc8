import type { Response } from 'express';
import { SLOW_READER_BYTES, type SlowReader, type SlowReaders } from '../../limits/slow-readers.js';
import type { ChatError } from '../../protocol/errors.js';
import type { MemberFrame, RoomFrame } from '../../protocol/server-frames.js';
import type { FrameBatch } from '../../rooms/frame-batch.js';
import type { Room } from '../../rooms/room.js';
import type { Subscriber } from '../../rooms/subscriber.js';

export interface EventStreamOptions {
  /** Milliseconds between two comments, which keep proxies from closing an idle stream. */
  heartbeatMs: number;
  /** Milliseconds after which a reader that has lost the stream reconnects. */
  retryMs: number;
  /** Unread bytes that are buffered for a reader, beyond the messages that begin the stream. */
  maxUnreadBytes: number;
}

const EVENTS = {
  deliverMessage: 'message',
  removeMessage: 'remove',
  roomResync: 'resync',
  roomState: 'state',
  references: 'references',
} as const satisfies Record<RoomFrame['type'], string>;

const MEMBER_EVENTS = {
  memberJoined: 'join',
  memberLeft: 'leave',
  membersChanged: 'members',
} as const satisfies Record<MemberFrame['type'], string>;

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no', // turns off buffering in nginx
  Connection: 'close', // no idle connection remains that would delay a stopping server
};

/** Milliseconds after which a reader whose access was revoked tries again. */
const FORBIDDEN_RETRY_MS = 60_000;
/** Milliseconds for a reader to receive the rest of a stream that has ended. */
const FLUSH_TIMEOUT_MS = 2_000;

/**
 * One reader of a room, by Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * An event id is `epoch.n`: the reader has received the first `n` frames of that epoch of the room. The messages of the
 * window have no ids; the `state` event after them has the id from which the frames continue. So a reader that is
 * disconnected within the window does not skip the rest of it.
 *
 * A reader's copy equals the table from its first message on, because it is the window of one moment and every frame
 * since that moment, and each frame is an upsert or a removal that can be applied twice. A reader that reconnects gets
 * either exactly the frames it missed, or `reset` (discard everything) and the current window.
 */
export class EventStream implements Subscriber, SlowReader {
  readonly #res: Response;
  readonly #slowReaders: SlowReaders;
  readonly #options: EventStreamOptions;
  /** Why the reader lost access. Before `open` nothing has been sent, so the request can still be answered with it. */
  refusal: ChatError | null = null;
  #room: Room | null = null;
  #unreadAtStart = 0;
  #heartbeat: NodeJS.Timeout | null = null;
  /** Checks of the right to be in the room that have not ended. */
  #accessChecks = 0;

  constructor(
    res: Response,
    /** The user whose rights apply. */
    readonly id_user: string,
    slowReaders: SlowReaders,
    options: EventStreamOptions,
    readonly address?: string,
  ) {
    this.#res = res;
    this.#slowReaders = slowReaders;
    this.#options = options;
  }

  /** Begins with the room's window, or with the frames since `lastEventId`. */
  open(room: Room, limit: number, lastEventId: string | undefined): void {
    this.#res.writeHead(200, EVENT_STREAM_HEADERS);
    const missed = lastEventId === undefined ? null : replay(room, lastEventId);
    const isLost = lastEventId !== undefined && missed === null;
    this.#res.write(
      `retry: ${this.#options.retryMs}\n\n` +
        (isLost ? event('reset', JSON.stringify({ type: 'reset', room: room.name })) : '') +
        (missed ?? window(room, limit)),
    );
    this.#unreadAtStart = this.#res.writableLength;
    if (this.isSlow) this.#slowReaders.add(this);
    this.#room = room;
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), this.#options.heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Frames before `open` are skipped: the window that `open` sends contains them. */
  deliver(batch: FrameBatch): void {
    if (this.#room) this.#write(encode(batch));
  }

  /** @param event made by `encodeMemberFrame`. Dropped while the right to be in the room is being checked. */
  receiveMembers(room: string, event: string): void {
    if (this.#room?.name === room && this.#accessChecks === 0) this.#write(event);
  }

  onAccessCheck(): () => void {
    this.#accessChecks += 1;
    return () => {
      this.#accessChecks -= 1;
    };
  }

  /** Ends the stream; the reader reconnects, possibly to another server, after `retryMs`. */
  end(retryMs: number): void {
    this.close();
    this.#res.end(`retry: ${Math.round(retryMs)}\n\n`);
    setTimeout(() => this.#res.destroy(), FLUSH_TIMEOUT_MS).unref();
  }

  onAccessRevoked(_room: string, error: ChatError): void {
    this.refuse(error);
  }

  /** Ends the stream because of an error. After a server error (5xx) the reader soon tries again. */
  refuse(error: ChatError): void {
    this.refusal ??= error;
    if (!this.#room) return;
    const { code, status, title } = error;
    const isFinal = status < 500;
    const frame = { type: 'error', code, status, title, room: this.#room.name };
    if (isFinal) this.#write(event('error', JSON.stringify(frame)));
    this.end(isFinal ? FORBIDDEN_RETRY_MS : this.#options.retryMs);
  }

  close(): void {
    this.#room = null;
    if (this.#heartbeat) clearInterval(this.#heartbeat);
  }

  get isSlow(): boolean {
    return !this.#res.destroyed && this.ownBytes > SLOW_READER_BYTES;
  }

  get ownBytes(): number {
    return this.#res.writableLength;
  }

  caughtUp(): void {}

  /** Disconnects the reader, which resumes with its last event id. */
  overflow(): void {
    this.#res.destroy();
  }

  /** Disconnects a reader that exceeds its budget of unread bytes. */
  #write(text: string): void {
    const isWithinBudget = this.ownBytes <= this.#unreadAtStart + this.#options.maxUnreadBytes;
    if (isWithinBudget) this.#res.write(text);
    else this.overflow();
    if (this.isSlow) this.#slowReaders.add(this);
  }
}

/** A change of members as an event, encoded once for all readers. It has no id: a reader that reconnects continues after the last frame of the room. */
export function encodeMemberFrame(frame: MemberFrame): string {
  return event(MEMBER_EVENTS[frame.type], JSON.stringify(frame));
}

function event(name: string, json: string, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`;
}

const encoded = new WeakMap<FrameBatch, string>();

/** A batch as events, encoded once for all readers. */
function encode(batch: FrameBatch): string {
  let text = encoded.get(batch);
  if (text === undefined) {
    text = frames(batch.json, batch.epoch, batch.first);
    encoded.set(batch, text);
  }
  return text;
}

function frames(json: readonly string[], epoch: string, first: number): string {
  return json
    .map((text, i) => event(EVENTS[(JSON.parse(text) as RoomFrame).type], text, `${epoch}.${first + i + 1}`))
    .join('');
}

function window(room: Room, limit: number): string {
  const { messages, live } = room.snapshot;
  const newest = limit === 0 ? [] : messages.slice(-limit);
  const state: RoomFrame = { type: 'roomState', room: room.name, live };
  return (
    newest.map((message) => event('message', JSON.stringify({ type: 'deliverMessage', message }))).join('') +
    event('state', JSON.stringify(state), `${room.epoch}.${room.last + 1}`)
  );
}

/** The frames after an event id; null when the room does not hold them any more. */
function replay(room: Room, lastEventId: string): string | null {
  const [, epoch, seen] = /^([\w-]+)\.(\d{1,15})$/.exec(lastEventId) ?? [];
  if (epoch === undefined || seen === undefined) return null;
  const missed = room.replay(epoch, Number(seen) - 1);
  return missed && frames(missed.json, epoch, missed.first);
}
