/**
 * Frames of one socket, and their bytes, that may wait to be handled. Reading from a WebSocket stops when the first
 * frame waits, and one chunk of the TCP socket fits; only long-polling can bring more.
 */
export const INBOX_FRAMES = 4_000;
export const INBOX_BYTES = 256 * 1024;
/**
 * Frames of one socket that are handled at the same time. Reading from a socket that sends more pauses, so that the
 * frames of other sockets are parsed in between.
 */
const CONCURRENT_FRAMES = 32;
/** The same for a socket whose frames are paced. */
export const CONCURRENT_PACED_FRAMES = 8;
/** The same for frames with large answers: a room full of the longest messages has 1.6 MB. */
const CONCURRENT_LARGE_ANSWERS = 2;
const LARGE_ANSWERS: ReadonlySet<unknown> = new Set([
  'joinRoom',
  'listRooms',
  'loadHistory',
  'observePresence',
]);

export interface InboxOptions {
  /** Whether the socket sends enough frames to be paced. */
  isFrequent(): boolean;
  /** Never rejects. `isPaced`: the frame has to wait for the turn of its socket's address. */
  handle(frame: unknown, isPaced: boolean): Promise<void>;
  /** Whether frames may be handled at the moment. */
  isReady(): boolean;
  /** Stops reading from the socket while frames wait, and resumes it. */
  pauseReading(isPaused: boolean): void;
  /** Called once when too much waits. No frame is accepted after that. */
  overflowed(): void;
}

/**
 * The frames of one socket on their way to their handlers: begun in order of arrival while the socket is
 * authenticated and its reader keeps up. The others wait as text, which takes less memory than parsed JSON.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #waiting: { text: string; bytes: number; isLarge: boolean }[] = [];
  #waitingBytes = 0;
  #running = 0;
  #runningLarge = 0;
  #runningPaced = 0;
  #isClosed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** @param text the frame before it was parsed @param bytes of `text` */
  receive(frame: unknown, text: string, bytes: number): void {
    if (this.#isClosed) return;
    const isLarge = LARGE_ANSWERS.has((frame as { type?: unknown } | null)?.type);
    if (this.#waiting.length === 0 && this.#mayBegin(isLarge)) this.#begin(frame, isLarge);
    else this.#keep({ text, bytes, isLarge });
  }

  /** Begins waiting frames. Must be called when `isReady` may have become true. */
  proceed(): void {
    const hadWaiting = this.#waiting.length > 0;
    for (let next = this.#waiting[0]; next && this.#mayBegin(next.isLarge); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes;
      this.#begin(JSON.parse(next.text), next.isLarge);
    }
    if (hadWaiting && this.#waiting.length === 0 && !this.#isClosed) this.#options.pauseReading(false);
  }

  /** Drops waiting frames. Reading goes on, so that the end of the connection is noticed. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#options.pauseReading(false);
  }

  #keep(frame: { text: string; bytes: number; isLarge: boolean }): void {
    this.#waiting.push(frame);
    this.#waitingBytes += frame.bytes;
    if (this.#waiting.length > INBOX_FRAMES || this.#waitingBytes > INBOX_BYTES) {
      this.close();
      this.#options.overflowed();
    } else this.#options.pauseReading(true);
  }

  #mayBegin(isLarge: boolean): boolean {
    const concurrent = this.#options.isFrequent() ? CONCURRENT_PACED_FRAMES : CONCURRENT_FRAMES;
    return (
      this.#running < concurrent &&
      (!isLarge || this.#runningLarge < CONCURRENT_LARGE_ANSWERS) &&
      this.#options.isReady()
    );
  }

  #begin(frame: unknown, isLarge: boolean): void {
    // Frames of a socket that has become quieter do not overtake those that still wait.
    const isPaced = this.#options.isFrequent() || this.#runningPaced > 0;
    this.#running += 1;
    if (isLarge) this.#runningLarge += 1;
    if (isPaced) this.#runningPaced += 1;
    void this.#options.handle(frame, isPaced).then(() => {
      if (isPaced) this.#runningPaced -= 1;
      this.#running -= 1;
      if (isLarge) this.#runningLarge -= 1;
      this.proceed();
    });
  }
}
