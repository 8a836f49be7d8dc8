import type { Response } from 'express';
import { SLOW_READER_BYTES, type SlowReader, type SlowReaders } from '../../limits/slow-readers.js';
import type { ChatError } from '../../protocol/errors.js';
import type { RoomFrame } from '../../protocol/server-frames.js';
import type { FrameBatch } from '../../rooms/frame-batch.js';
import type { Room } from '../../rooms/room.js';
import type { Subscriber } from '../../rooms/subscriber.js';

export interface EventStreamOptions {
  /** Milliseconds between two comments that keep proxies from closing a quiet stream. */
  heartbeatMs: number;
  /** Milliseconds after which a reader that lost the stream comes back. */
  retryMs: number;
  /** Bytes that may wait for a reader, beyond the messages that it got at the beginning. */
  maxUnreadBytes: number;
}

const EVENTS = {
  deliverMessage: 'message',
  removeMessage: 'remove',
  roomResync: 'resync',
  roomState: 'state',
} as const satisfies Record<RoomFrame['type'], string>;

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no', // nginx would collect what it passes on
  Connection: 'close', // a stream that has ended leaves nothing that a stopping server would wait for
};

/** Milliseconds after which a reader that may not read any more tries again. */
const FORBIDDEN_RETRY_MS = 60_000;
/** Milliseconds for a reader to take what is left when its stream ends. */
const FAREWELL = 2_000;

/**
 * One reader of a room, by Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * An event id is `epoch.n`: the reader has seen the first `n` frames of that life of the room. The window carries no
 * ids; the `state` event that ends it has the one from which the frames go on. So a reader that is cut off within
 * the window does not claim to have seen it.
 *
 * What a reader shows equals the table from its first message on, because it always holds a window of some moment
 * and every frame since that moment, each an upsert or a removal that may safely come twice. Coming back, it gets
 * either exactly the frames it missed, or `reset` (forget everything) and the window of this moment.
 */
export class EventStream implements Subscriber, SlowReader {
  readonly #res: Response;
  readonly #slowReaders: SlowReaders;
  readonly #options: EventStreamOptions;
  /** Why the reader may not read; before `open` nothing was sent, and the request is still to be answered. */
  refusal: ChatError | null = null;
  #room: Room | null = null;
  #unreadAtStart = 0;
  #heartbeat: NodeJS.Timeout | null = null;

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

  /** Begins with what the room holds now, or with what was missed since `lastEventId`. */
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

  /** What comes before `open` is part of the window that is sent then. */
  deliver(batch: FrameBatch): void {
    if (this.#room) this.#write(encode(batch));
  }

  /** Sends the reader away, to come back (to another server, perhaps) after `retryMs`. */
  end(retryMs: number): void {
    this.close();
    this.#res.end(`retry: ${Math.round(retryMs)}\n\n`);
    setTimeout(() => this.#res.destroy(), FAREWELL).unref();
  }

  onAccessRevoked(_room: string, error: ChatError): void {
    this.refuse(error);
  }

  /** Ends the stream, as the reader may not read it any more; where that is not known, the reader is to ask again. */
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

  /** Cuts the reader off; its last event id brings it back. */
  overflow(): void {
    this.#res.destroy();
  }

  /** Beyond its budget a reader is cut off. */
  #write(text: string): void {
    const hasRoom = this.ownBytes <= this.#unreadAtStart + this.#options.maxUnreadBytes;
    if (hasRoom) this.#res.write(text);
    else this.overflow();
    if (this.isSlow) this.#slowReaders.add(this);
  }
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

/** What came after an event id; null when that cannot be told. */
function replay(room: Room, lastEventId: string): string | null {
  const [, epoch, seen] = /^([\w-]+)\.(\d{1,15})$/.exec(lastEventId) ?? [];
  if (epoch === undefined || seen === undefined) return null;
  const missed = room.replay(epoch, Number(seen) - 1);
  return missed && frames(missed.json, epoch, missed.first);
}
