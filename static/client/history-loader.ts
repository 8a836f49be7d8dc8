import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.js';
import type { Position } from '../../server/protocol/message.js';
import type { Timeline } from './timeline.js';

interface LoaderParts {
  room: string;
  timeline: Timeline;
  send: (frame: ClientFrame) => void;
  changed: () => void;
  later: (callback: () => void, ms: number) => void;
}

type Change = ServerFrame & { type: 'deliverMessage' | 'removeMessage' };

/** Messages in a page: as many as the server gives. */
const PAGE = 100;

/** Loads pages of history into the timeline, one at a time: for the reader, and to verify what is stale. */
export class HistoryLoader {
  /** What went wrong with the last page. */
  fault: string | null = null;
  #isPaused = false;
  #asked: { ref: string; before: Position; meanwhile: Change[] } | null = null;

  constructor(
    private readonly parts: LoaderParts,
    private readonly nextRef: () => string,
  ) {}

  get isLoading(): boolean {
    return this.#asked !== null;
  }

  /** Loads what is older than everything here. */
  loadOlder(): void {
    const { oldest, hasOlder } = this.parts.timeline;
    if (oldest && hasOlder) this.load(oldest);
  }

  /** Loads what stands right before a position, unless another page is under way. */
  load(before: Position): void {
    if (this.#asked || this.#isPaused) return;
    const { room, send, changed } = this.parts;
    const { sent, id } = before;
    const ref = this.nextRef();
    this.#asked = { ref, before: { sent, id }, meanwhile: [] };
    this.fault = null;
    send({ type: 'loadHistory', ref, room, before: { sent, id }, limit: PAGE });
    changed();
  }

  /** Goes on verifying until nothing that is shown is stale. */
  check(): void {
    const before = this.parts.timeline.nextCheck();
    if (before) this.load(before);
  }

  /** A change in the room. A page that is under way may have been read before it, and must not undo it. */
  note(change: Change): void {
    this.#asked?.meanwhile.push(change);
  }

  receive({ ref, messages, hasOlder }: ServerFrame & { type: 'history' }): void {
    if (!this.#asked || this.#asked.ref !== ref) return;
    const { timeline } = this.parts;
    const { before, meanwhile } = this.#asked;
    this.#asked = null;
    timeline.applyPage(before, messages, hasOlder);
    for (const change of meanwhile) {
      if (change.type === 'deliverMessage') timeline.upsert(change.message);
      else timeline.remove(change.id);
    }
    this.check();
  }

  /** The server could not answer. What has to be verified is asked for again; a reader's wish he may repeat. */
  failed(ref: string, message: string, retryMs: number): void {
    if (this.#asked?.ref !== ref) return;
    this.#asked = null;
    this.fault = message;
    if (this.parts.timeline.nextCheck()) this.parts.later(() => this.check(), retryMs);
  }

  /** The server drops all frames for a while: the requested page may never come, and no other is requested. */
  pause(message: string): void {
    this.#isPaused = true;
    if (this.#asked) this.fault = message;
    this.#asked = null;
  }

  /** The server takes frames again. */
  resume(): void {
    this.#isPaused = false;
  }

  /** The answer, should one come, means nothing any more. */
  cancel(): void {
    this.#asked = null;
  }
}
