import { ChatError } from '../protocol/errors.js';

/** A connection is closed when it sends this many times the allowed frames. */
const FLOOD_FACTOR = 10;

/**
 * The decision about a frame: `take` it; `refuse` it, with an answer that says until when all frames are dropped;
 * `drop` it without an answer; or `end` the connection.
 */
export type Verdict = 'take' | 'refuse' | 'drop' | 'end';

/** Frames that a person sends at most: at once, as after a reconnection, and in each second. */
const PERSONAL_BURST = 20;
const PERSONAL_FRAMES_PER_SECOND = 4;

export interface FrameLimitOptions {
  /** Frames in a window; 0 allows any number. */
  limit: number;
  /** Length of a window in milliseconds. */
  windowMs: number;
  /** Milliseconds since any fixed moment; monotonic, as a clock that is set back would lengthen a window. */
  now?: () => number;
}

/** Counts the frames of one socket in windows of time. */
export class FrameLimit {
  readonly #options: Required<FrameLimitOptions>;
  #verdict: Verdict = 'take';
  #count = 0;
  #windowEnd = 0;
  /** Frames beyond those that a person would have sent by the time of the last one (a leaky bucket). */
  #level = 0;
  #lastFrame = 0;

  constructor(options: FrameLimitOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** The decision about the last frame that was counted. */
  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Counts a frame. */
  add(): Verdict {
    const { limit, windowMs, now } = this.#options;
    if (limit === 0) return this.#verdict;
    const time = now();
    if (time >= this.#windowEnd) {
      this.#count = 0;
      this.#windowEnd = time + windowMs;
    }
    this.#count += 1;
    const drained = ((time - this.#lastFrame) / 1000) * PERSONAL_FRAMES_PER_SECOND;
    this.#level = Math.min(Math.max(0, this.#level - drained) + 1, 2 * PERSONAL_BURST);
    this.#lastFrame = time;
    this.#verdict = this.#decide();
    return this.#verdict;
  }

  /** Whether the socket sends more frames than a person does. */
  get isFrequent(): boolean {
    return this.#level > PERSONAL_BURST;
  }

  /** The answer to a refused frame. */
  error(): ChatError {
    const { limit, windowMs, now } = this.#options;
    const retryAfterMs = Math.max(1, Math.ceil(this.#windowEnd - now()));
    const seconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;
    const text =
      `a socket may send ${limit} frames in ${seconds(windowMs)}; this frame and all others ` +
      `of the next ${seconds(retryAfterMs)} are dropped, without further answers`;
    return new ChatError('too-many-frames', text, { limit, retryAfterMs });
  }

  #decide(): Verdict {
    const { limit } = this.#options;
    if (this.#count <= limit) return 'take';
    if (this.#count === limit + 1) return 'refuse';
    return this.#count > limit * FLOOD_FACTOR ? 'end' : 'drop';
  }
}
