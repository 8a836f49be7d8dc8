import type { ActivityListener, NewMessageSign } from '../database/tables/message-activity.js';
import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { ServerFrame } from '../protocol/frames.js';
import { EncodedFrames } from '../rooms/frame-batch.js';
import type { PresenceReceiver } from './presence-relay.js';

/** Minimum of milliseconds between two frames about one room. */
const REPORT_INTERVAL_MS = 500;
/** Authors named in one frame. */
const MAX_NAMED_AUTHORS = 10;
/** Mentioned users in one frame. With more of them, all receivers count again. */
const MAX_MENTIONED_USERS = 100;

export interface ActivityReceiver extends PresenceReceiver {
  receive(frames: EncodedFrames): void;
}

/**
 * Reports new messages of rooms to sockets that observe them, such as for counts of unread messages. One changefeed of the
 * process serves all rooms; it is open while a socket observes one.
 */
export class ActivityRelay {
  readonly #feed: RefCountedMap<'feed', () => void>;
  readonly #rooms = new RefCountedMap<string, ReportedRoom>(
    (room) => new ReportedRoom(room),
    (reported) => reported.close(),
  );

  /**
   * @param follow opens the changefeed; returns a function that closes it
   * @param onMention called with each new message that mentions users
   */
  constructor(
    follow: (listener: ActivityListener) => () => void,
    onMention: (sign: NewMessageSign) => void = () => {},
  ) {
    const listener: ActivityListener = {
      added: (sign) => {
        this.#rooms.get(sign.room)?.added(sign);
        if (sign.mentions.length > 0) onMention(sign);
      },
      recounted: (room) => this.#rooms.get(room)?.recounted(),
      missed: () => this.#missed(),
    };
    this.#feed = new RefCountedMap(
      () => follow(listener),
      (stop) => stop(),
    );
  }

  /** Reports new messages of a room from now on. @returns a function that stops it */
  follow(room: string, receiver: ActivityReceiver): () => void {
    const feed = this.#feed.acquire('feed');
    const { value: reported, release } = this.#rooms.acquire(room);
    reported.receivers.add(receiver);
    return () => {
      reported.receivers.delete(receiver);
      release();
      feed.release();
    };
  }

  /** Reports to a receiver that follows the room and has missed frames that the number of its messages is unknown. */
  repeat(room: string, receiver: ActivityReceiver): void {
    if (this.#rooms.get(room)?.receivers.has(receiver)) receiver.receivePeople(room, encode(recount(room)));
  }

  #missed(): void {
    const frames = encode(recount(null));
    const receivers = [...this.#rooms.values()].flatMap((room) => [...room.receivers]);
    for (const receiver of new Set(receivers)) receiver.receive(frames);
  }
}

type ActivityFrame = Extract<ServerFrame, { type: 'roomActivity' }>;
type MentionCounts = ActivityFrame['mentions'];

/** The counts with further mentions; null if there are too many users for a frame. */
function withMentions(counts: MentionCounts, mentions: readonly string[]): MentionCounts | null {
  if (mentions.length === 0) return counts;
  const sums = new Map(Object.entries(counts ?? {}));
  for (const id_user of mentions) sums.set(id_user, (sums.get(id_user) ?? 0) + 1);
  return sums.size > MAX_MENTIONED_USERS ? null : Object.fromEntries(sums);
}

class ReportedRoom {
  readonly receivers = new Set<ActivityReceiver>();
  readonly #room: string;
  /** The activity since the last frame. */
  #pending: ActivityFrame | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(room: string) {
    this.#room = room;
  }

  added({ sent, id, id_user, mentions }: NewMessageSign): void {
    const pending: Pick<ActivityFrame, 'messages' | 'authors' | 'mentions'> = this.#pending ?? {
      messages: 0,
      authors: [],
    };
    const { messages, authors } = pending;
    const isNamed = authors.length === MAX_NAMED_AUTHORS || authors.includes(id_user);
    const counts = withMentions(
      pending.mentions,
      mentions.filter((each) => each !== id_user),
    );
    const isCountable = messages !== null && counts !== null;
    this.#report({
      type: 'roomActivity',
      room: this.#room,
      messages: isCountable ? messages + 1 : null,
      newest: { sent, id },
      authors: isNamed ? authors : [...authors, id_user],
      ...(isCountable && counts && { mentions: counts }),
    });
  }

  recounted(): void {
    this.#report(recount(this.#room));
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** The first frame is sent at once, further ones after an interval. */
  #report(frame: ActivityFrame): void {
    this.#pending = frame;
    if (!this.#timer) this.#send();
  }

  #send(): void {
    this.#timer = null;
    if (!this.#pending) return;
    const frames = encode(this.#pending);
    this.#pending = null;
    this.#timer = setTimeout(() => this.#send(), REPORT_INTERVAL_MS);
    for (const receiver of this.receivers) receiver.receivePeople(this.#room, frames);
  }
}

function recount(room: string | null): ActivityFrame {
  return { type: 'roomActivity', room, messages: null, newest: null, authors: [] };
}

function encode(frame: ActivityFrame): EncodedFrames {
  return new EncodedFrames([frame]);
}
