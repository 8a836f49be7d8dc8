import type { ClientFrame, Position, ServerFrame } from './frames.js';
import type { Timeline } from './timeline.js';

export interface HistoryLoaderDependencies {
  room: string;
  timeline: Timeline;
  send: (frame: ClientFrame) => void;
  changed: () => void;
  schedule: (callback: () => void, delayMs: number) => void;
  nextRef: () => string;
}

type Place = Pick<ClientFrame<'loadHistory'>, 'before' | 'after' | 'around'>;
type Change = ServerFrame<'deliverMessage' | 'removeMessage' | 'annotationsChanged'>;

/** Messages per page: the maximum of the server. */
const PAGE_MESSAGES = 100;

/** Loads pages of history into the timeline, one at a time: for the user, and to verify stale messages. */
export class HistoryLoader {
  readonly #dependencies: HistoryLoaderDependencies;
  #fault: string | null = null;
  #isPaused = false;
  #request: { ref: string; place: Place; changes: Change[] } | null = null;

  constructor(dependencies: HistoryLoaderDependencies) {
    this.#dependencies = dependencies;
  }

  /** Why the last page failed, in the words of the server. */
  get fault(): string | null {
    return this.#fault;
  }

  get isLoading(): boolean {
    return this.#request !== null;
  }

  /** Loads the page before the oldest message. */
  loadOlder(): void {
    const { oldest, hasOlder } = this.#dependencies.timeline;
    if (oldest && hasOlder) this.load(oldest);
  }

  /** Loads the page before a position, unless a page is loading. */
  load({ sent, id }: Position): void {
    if (!this.#request) this.#send({ before: { sent, id } });
  }

  /** Loads the page after a position, unless a page is loading. */
  loadAfter({ sent, id }: Position): void {
    if (!this.#request) this.#send({ after: { sent, id } });
  }

  /** Loads a message and those around it, instead of a page that is loading. */
  loadAround(id: string): void {
    this.#send({ around: id });
  }

  #send(place: Place): void {
    if (this.#isPaused) return;
    const { room, send, changed, nextRef } = this.#dependencies;
    const ref = nextRef();
    this.#request = { ref, place, changes: [] };
    this.#fault = null;
    send({ type: 'loadHistory', ref, room, ...place, limit: PAGE_MESSAGES });
    changed();
  }

  /** Continues until no message is stale. */
  verify(): void {
    const before = this.#dependencies.timeline.nextCheck();
    if (before) this.load(before);
  }

  /** Records a change in the room: a page that is loading may have been read before it, and must not undo it. */
  record(change: Change): void {
    this.#request?.changes.push(change);
  }

  receive({ ref, messages, hasOlder, hasNewer }: ServerFrame<'history'>): void {
    if (!this.#request || this.#request.ref !== ref) return;
    const { timeline } = this.#dependencies;
    const { place, changes } = this.#request;
    this.#request = null;
    if (place.before) timeline.applyPage(place.before, messages, hasOlder);
    else if (place.after) timeline.applyAfter(place.after, messages, hasNewer);
    else timeline.applyAround(messages, hasOlder, hasNewer);
    for (const change of changes) {
      if (change.type === 'deliverMessage') timeline.upsert(change.message);
      else if (change.type === 'removeMessage') timeline.remove(change.id);
      else timeline.annotate(change);
    }
    this.verify();
  }

  /** The server refused a page. Verification is retried; a page for the user is not. */
  failed(ref: string, message: string, retryAfterMs: number): void {
    if (this.#request?.ref !== ref) return;
    this.#request = null;
    this.#fault = message;
    const { timeline, schedule } = this.#dependencies;
    if (timeline.nextCheck()) schedule(() => this.verify(), retryAfterMs);
  }

  /** The server drops all frames for a while: the requested page may never come, and no other is requested. */
  pause(message: string): void {
    this.#isPaused = true;
    if (this.#request) this.#fault = message;
    this.#request = null;
  }

  /** The server accepts frames again. */
  resume(): void {
    this.#isPaused = false;
  }

  /** Ignores the answer to the current request, if one arrives. */
  cancel(): void {
    this.#request = null;
  }
}
