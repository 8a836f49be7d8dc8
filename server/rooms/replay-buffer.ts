const MAX_FRAMES = 500;
export const MAX_REPLAY_BYTES = 1024 * 1024;

/** The last numbered frames of a room, as JSON, for readers that reconnect and name the last frame that they have got. */
export class ReplayBuffer {
  #frames: string[] = [];
  #bytes = 0;
  #next = 0;

  /** Number of the next frame. */
  get next(): number {
    return this.#next;
  }

  /** Numbers the frames and keeps them; the oldest ones are dropped when there are too many or too long ones. */
  add(frames: readonly string[]): void {
    this.#next += frames.length;
    this.#frames.push(...frames);
    for (const json of frames) this.#bytes += Buffer.byteLength(json);
    let dropped = 0;
    for (const json of this.#frames) {
      if (this.#frames.length - dropped <= MAX_FRAMES && this.#bytes <= MAX_REPLAY_BYTES) break;
      this.#bytes -= Buffer.byteLength(json);
      dropped += 1;
    }
    this.#frames.splice(0, dropped);
  }

  /** The frames from this number on; null when they are not kept any more, or the number is too high. */
  from(first: number): { json: string[]; first: number } | null {
    const oldest = this.#next - this.#frames.length;
    if (first < oldest || first > this.#next) return null;
    return { json: this.#frames.slice(first - oldest), first };
  }
}
