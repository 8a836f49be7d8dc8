import type { AuthorNames, RoomMessage, RoomQuote } from './author-names.js';
import type { Message, MessageFile, Position, ServerFrame } from './frames.js';
import { MemberLog, type MemberNotice } from './member-log.js';
import type { Unsent } from './outbox.js';
import { OwnReactions } from './own-reactions.js';
import { ReadMarker } from './read-marker.js';
import type { RequestError } from './request-error.js';
import type { RoomInitialState } from './room-initial-state.js';
import { RoomPresence } from './room-presence.js';
import { RoomSession, type RoomSessionDependencies } from './room-session.js';
import type { RoomStatus } from './room-status.js';
import { TYPING_INTERVAL_MS } from './typing-times.js';
import { TypingUsers } from './typing-users.js';

export interface RoomDependencies extends RoomSessionDependencies {
  names: AuthorNames;
  /** Id of the user; null before the first authentication. */
  id_user: () => string | null;
}

/**
 * A room that the client has joined, and joins again after each reconnect. Its state changes with each event of the
 * client: read it after an event of `ChatClient.subscribe`.
 */
export class Room {
  readonly name: string;
  readonly presence = new RoomPresence();
  readonly #dependencies: RoomDependencies;
  readonly #session: RoomSession;
  readonly #marker: ReadMarker;
  readonly #typing = new TypingUsers();
  readonly #members = new MemberLog();
  readonly #own = new OwnReactions();
  #typedAt = Number.NEGATIVE_INFINITY;
  #isDetached: boolean;

  constructor(dependencies: RoomDependencies, initial: RoomInitialState = {}) {
    const { room, names, send } = dependencies;
    this.name = room;
    this.#dependencies = dependencies;
    this.#session = new RoomSession(dependencies);
    this.#marker = new ReadMarker(initial.readPosition ?? null, (position) =>
      send({ type: 'markRead', room, position }),
    );
    names.add(initial.names);
    names.learn(initial.messages ?? []);
    const { timeline, quoted } = this.#session;
    const { messages, hasOlder = true, hasNewer = false } = initial;
    quoted.add(initial.quoted);
    if (messages && hasNewer) timeline.applyAround(messages, hasOlder, true);
    else if (messages) timeline.applySnapshot(messages, hasOlder);
    this.#isDetached = hasNewer;
    timeline.distrust();
  }

  get status(): RoomStatus {
    return this.#session.status;
  }

  /** Why the room cannot be joined, or not yet. */
  get refusal(): RequestError | null {
    return this.#session.refusal;
  }

  /** The user was in the room and lost the right to be. */
  get isExpelled(): boolean {
    return this.#session.isExpelled;
  }

  /** Messages in order, with current names, and with the messages to which they reply. */
  get messages(): readonly RoomMessage[] {
    return this.#session.timeline.messages.map((message) => this.#shown(message));
  }

  /** The newest messages are loaded. False after `hasNewer` of the initial state, until the room is joined. */
  get hasNewest(): boolean {
    return !this.#isDetached;
  }

  /** A message to which others reply. Null: it does not exist (any more); undefined: unknown. */
  quote(id: string): RoomQuote | null | undefined {
    const quote = this.#session.quoted.get(id);
    return quote ? this.#dependencies.names.applyTo(quote) : quote;
  }

  /** The current name of a user who wrote, was mentioned, reacted or pinned, if it is known. */
  nameOf(id_user: string): string | undefined {
    return this.#dependencies.names.get(id_user);
  }

  /** Changes of the members since the client joined the room, as lines between the messages. */
  get memberNotices(): readonly MemberNotice[] {
    const { messages, isComplete } = this.#session.timeline;
    return this.#members.notices(messages, isComplete);
  }

  /** Messages of the user that the room has not delivered yet, oldest first. */
  get unsent(): readonly Unsent[] {
    return this.#dependencies.outbox.of(this.name);
  }

  /** A limit was exceeded: unsent messages wait until this time (milliseconds since 1970). */
  get pausedUntil(): number | null {
    return this.status === 'disconnected' ? null : this.#session.pausedUntil;
  }

  /** The server reports that no bot is reachable for a command, or that no bot answers it; the text of the report, for a minute. */
  get notice(): string | null {
    return this.#session.notice.text;
  }

  /** `messages` begins with the first message of the room. */
  get isComplete(): boolean {
    return this.#session.timeline.isComplete;
  }

  /** Ids of messages before which history is missing although older messages are present. */
  get gaps(): ReadonlySet<string> {
    return this.#session.timeline.gaps();
  }

  get isLoadingHistory(): boolean {
    return this.#session.history.isLoading;
  }

  /** Why the last page of history failed, in the words of the server. */
  get historyFault(): string | null {
    return this.#session.history.fault;
  }

  message(id: string): Message | undefined {
    const message = this.#session.timeline.get(id);
    return message && this.#own.apply(message, this.#dependencies.id_user());
  }

  /**
   * Adds a message to the outbox and sends it as soon as possible, again after a lost connection.
   * @param reply_to id of the message of this room to which it replies
   * @param files uploaded files; `body` may be empty then
   * @returns its id
   * @throws OutboxFullError while too many messages wait
   */
  post(body: string, reply_to?: string, files?: readonly MessageFile[]): string {
    // Other users stop seeing the indicator; the next one is sent at once.
    this.#typedAt = Number.NEGATIVE_INFINITY;
    return this.#session.post(body, reply_to, files);
  }

  /** Sends a failed message again. */
  retry(id: string): void {
    this.#session.retry(id);
  }

  /** Removes an unsent message. */
  discard(id: string): void {
    this.#dependencies.outbox.remove(id);
    this.#dependencies.changed();
  }

  /** Resolves when the change is stored; `messages` shows it a moment later. @throws RequestError, ConnectionError */
  edit(id: string, body: string): Promise<void> {
    return this.#session.request({ type: 'editMessage', room: this.name, id, body });
  }

  /** Resolves when the message is deleted. @throws RequestError, ConnectionError */
  delete(id: string): Promise<void> {
    return this.#session.request({ type: 'deleteMessage', room: this.name, id });
  }

  /**
   * Adds or removes a reaction of the user. `messages` shows it at once, and without it again if it is refused.
   * @throws RequestError such as `too-many-reactions`; ConnectionError
   */
  react(id: string, emoji: string, isAdded: boolean): Promise<void> {
    const type = isAdded ? 'addReaction' : 'removeReaction';
    const { changed } = this.#dependencies;
    const change = this.#own.change(id, emoji, isAdded, () =>
      this.#session.request({ type, room: this.name, id, emoji }),
    );
    changed();
    return change.finally(changed);
  }

  /** Pins or unpins a message, for members of the room. @throws RequestError, ConnectionError */
  setPinned(id: string, isPinned: boolean): Promise<void> {
    return this.#session.request({ type: isPinned ? 'pinMessage' : 'unpinMessage', room: this.name, id });
  }

  /** Loads the page of history before `position`, or before the oldest message. */
  loadHistory(position?: Position): void {
    if (position) this.#session.history.load(position);
    else this.#session.history.loadOlder();
  }

  /** Loads the page of history after a message, such as the last one before a gap. */
  loadNewer(position: Position): void {
    this.#session.history.loadAfter(position);
  }

  /** Loads a message and those around it. `historyFault` says why it cannot be loaded. */
  loadAround(id: string): void {
    this.#session.history.loadAround(id);
  }

  /** The message before another one, such as that before a gap. */
  previous(id: string): Message | null {
    return this.#session.timeline.previous(id);
  }

  /** Removes the oldest messages if there are more than `limit`. They can be loaded again. */
  trim(limit: number): void {
    this.#session.timeline.trim(limit);
  }

  /** Names of other users who type now. */
  typing(): string[] {
    return this.#typing.names(this.#dependencies.now());
  }

  /** The user types. May be called at each key. */
  notifyTyping(): void {
    const now = this.#dependencies.now();
    if (now - this.#typedAt < TYPING_INTERVAL_MS) return;
    this.#typedAt = now;
    this.#dependencies.send({ type: 'typing', room: this.name });
  }

  /** The user sees a message. May be called for each message: reports are throttled and only move forward. */
  markRead(position: Position): void {
    this.#marker.mark(position, this.#dependencies.now());
  }

  /** For the client: handles a frame. */
  receive(frame: ServerFrame): void {
    if (frame.type === 'identityChanged') {
      this.#members.rename(frame.user);
      this.#typing.rename(frame.user);
    } else if (frame.type === 'deliverMessage') this.#typing.end(frame.message.author.id_user);
    else if ('room' in frame && frame.room === this.name) this.#receiveOwn(frame);
    this.#session.receive(frame);
    if (frame.type === 'roomSnapshot' && frame.room === this.name) this.#isDetached = false;
  }

  #shown(message: Message): RoomMessage {
    const { names, id_user } = this.#dependencies;
    const { reply_to } = message;
    const quote = reply_to === undefined ? undefined : this.#session.quoted.get(reply_to);
    return names.apply(this.#own.apply(message, id_user()), quote);
  }

  /** Handles a frame about this room. */
  #receiveOwn(frame: ServerFrame): void {
    switch (frame.type) {
      case 'roomSnapshot':
        this.#own.joined();
        break;
      case 'annotationsChanged':
        this.#own.receive(frame);
        break;
      case 'presence':
        this.presence.receive(frame);
        break;
      case 'userTyping':
        this.#typing.receive(frame, this.#dependencies.now());
        break;
      case 'read':
        this.#marker.confirm(frame.position);
        break;
      case 'memberJoined':
      case 'memberLeft':
      case 'membersChanged':
        this.#members.receive(frame, this.#session.timeline.messages.at(-1));
        break;
    }
  }

  /** For the client: messages were added to the outbox. */
  sendUnsent(): void {
    this.#session.sendWaiting();
  }

  /** For the client: there is a connection with an authenticated user. */
  start(): void {
    this.#session.start();
  }

  /** For the client: the connection is lost. */
  disconnected(): void {
    this.presence.clear();
    this.#typing.clear();
    this.#marker.disconnected();
    this.#session.disconnected();
  }
}
