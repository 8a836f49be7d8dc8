import { ChatError } from '../protocol/errors.js';

/** How many times as many frames as allowed end the connection. */
const FLOOD_FACTOR = 10;

/**
 * The decision about a frame: `take` it; `refuse` it, with an answer that says until when all frames are dropped;
 * `drop` it without an answer; or `end` the connection.
 */
export type Verdict = 'take' | 'refuse' | 'drop' | 'end';

/** Frames that a person sends at most: at once, as after a reconnection, and in each second. */
const PERSONAL_BURST = 20;
const PERSONAL_FRAMES_PER_SECOND = 4;

/** Counts the frames of one socket in windows of time. */
export class FrameLimit {
  /** Of the last frame that was counted. */
  verdict: Verdict = 'take';
  private count = 0;
  private windowEnd = 0;
  /** Frames beyond those that a person would have sent by the time of the last one (a leaky bucket). */
  private level = 0;
  private lastFrame = 0;

  /** @param limit frames in a window; 0 allows any number @param windowMs length of a window */
  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** Counts a frame. @param now milliseconds since 1970 */
  add(now = Date.now()): Verdict {
    if (this.limit === 0) return this.verdict;
    if (now >= this.windowEnd) {
      this.count = 0;
      this.windowEnd = now + this.windowMs;
    }
    this.count += 1;
    const drained = ((now - this.lastFrame) / 1000) * PERSONAL_FRAMES_PER_SECOND;
    this.level = Math.min(Math.max(0, this.level - drained) + 1, 2 * PERSONAL_BURST);
    this.lastFrame = now;
    this.verdict = this.judge();
    return this.verdict;
  }

  /** Whether the socket sends more frames than a person does. */
  get isFrequent(): boolean {
    return this.level > PERSONAL_BURST;
  }

  /** The answer to a refused frame. */
  error(now = Date.now()): ChatError {
    const { limit } = this;
    const retryAfterMs = Math.max(1, this.windowEnd - now);
    const seconds = (ms: number) => `${Math.ceil(ms / 1000)} s`;
    const text =
      `a socket may send ${limit} frames in ${seconds(this.windowMs)}; this frame and all others ` +
      `of the next ${seconds(retryAfterMs)} are dropped, without further answers`;
    return new ChatError('too-many-frames', text, { limit, retryAfterMs });
  }

  private judge(): Verdict {
    if (this.count <= this.limit) return 'take';
    if (this.count === this.limit + 1) return 'refuse';
    return this.count > this.limit * FLOOD_FACTOR ? 'end' : 'drop';
  }
}
