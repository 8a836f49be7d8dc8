import { comparePositions, type Message, type Position } from 'changeroom-client';

/** Messages in the page at once. With 5,000 messages in the page, it had 50,549 nodes. */
export const MAX_DRAWN_MESSAGES = 400;
/** The window moves by this number of messages, more than two screens of them. */
const STEP_MESSAGES = 100;

/**
 * The part of the loaded messages that is in the page. It moves when the reader scrolls near one of its ends. Its ends are
 * positions, and not indexes, because messages are loaded before it and deleted within it.
 */
export class RowWindow {
  /** Of the first message; null: the oldest loaded one. */
  #first: Position | null = null;
  /** Of the last message; null: the newest one, whichever that is. */
  #last: Position | null = null;

  get hasNewest(): boolean {
    return this.#last === null;
  }

  /** Whether no loaded message is before the window. */
  hasOldest(messages: readonly Message[]): boolean {
    return this.#range(messages)[0] === 0;
  }

  /**
   * The messages of the window.
   * @param messages all loaded messages, oldest first
   * @param isAtEnd the reader sees the newest messages, so that the oldest ones of the window can be dropped
   */
  select(messages: readonly Message[], isAtEnd: boolean): readonly Message[] {
    const [start, end] = this.#range(messages);
    const surplus = end - start - MAX_DRAWN_MESSAGES;
    if (surplus > 0 && isAtEnd && this.hasNewest) this.#set(messages, start + surplus, end);
    // Messages arrive while the reader is further up.
    else if (surplus > STEP_MESSAGES) this.#set(messages, start, start + MAX_DRAWN_MESSAGES);
    else if (this.#first === null) this.#set(messages, start, end);
    return messages.slice(...this.#range(messages));
  }

  /** Moves towards older messages. */
  up(messages: readonly Message[]): void {
    const [start, end] = this.#range(messages);
    if (start === 0) return;
    const next = Math.max(0, start - STEP_MESSAGES);
    this.#set(messages, next, Math.min(end, next + MAX_DRAWN_MESSAGES));
  }

  /** Moves towards newer messages. */
  down(messages: readonly Message[]): void {
    if (this.hasNewest) return;
    const [start, end] = this.#range(messages);
    const next = Math.min(messages.length, end + STEP_MESSAGES);
    this.#set(messages, Math.max(start, next - MAX_DRAWN_MESSAGES), next);
  }

  /** Moves to the newest messages. */
  toNewest(messages: readonly Message[]): void {
    this.#set(messages, Math.max(0, messages.length - MAX_DRAWN_MESSAGES), messages.length);
  }

  /** Moves to a message unless the window contains it. */
  include(messages: readonly Message[], id: string): void {
    const index = messages.findIndex((message) => message.id === id);
    const [start, end] = this.#range(messages);
    if (index < 0 || (index >= start && index < end)) return;
    const next = Math.min(messages.length, Math.max(index + STEP_MESSAGES, MAX_DRAWN_MESSAGES));
    this.#set(messages, Math.max(0, next - MAX_DRAWN_MESSAGES), next);
  }

  #set(messages: readonly Message[], start: number, end: number): void {
    this.#first = messages[start] ?? null;
    this.#last = end >= messages.length ? null : (messages[end - 1] ?? null);
  }

  #range(messages: readonly Message[]): [start: number, end: number] {
    const first = this.#first;
    const last = this.#last;
    const start = first === null ? 0 : messages.findIndex((one) => comparePositions(one, first) >= 0);
    const end =
      last === null ? messages.length : messages.findLastIndex((one) => comparePositions(one, last) <= 0) + 1;
    // All messages of the window are deleted.
    return start < 0 || end < start
      ? [Math.max(0, messages.length - MAX_DRAWN_MESSAGES), messages.length]
      : [start, end];
  }
}
