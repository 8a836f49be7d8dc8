import {
  type Author,
  type ChatClient,
  type Message,
  OutboxFullError,
  type Room,
  type ServerFrame,
} from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import type { MessageFile } from '../../server/protocol/message.js';
import { RoomActions } from './actions/room-actions.js';
import type { Api } from './api.js';
import { Composer } from './composer.js';
import type { Drafts } from './drafts.js';
import type { DrawScheduler } from './draw-scheduler.js';
import { byId } from './elements.js';
import { clickImage } from './image-click.js';
import { setText } from './live-text.js';
import { LogPanel } from './log-panel.js';
import { whenMarkupLoaded } from './markup-on-demand.js';
import { MessageJump } from './message-jump.js';
import { isBy } from './message-row.js';
import { NoteLine } from './note-line.js';
import type { PageStorage } from './page-storage.js';
import { PeoplePanel } from './people-panel.js';
import { currentElements, placeElements } from './room-elements.js';
import { RoomMembers } from './room-members.js';
import { RoomPeople } from './room-people.js';
import { RowFocus } from './row-focus.js';
import { typingText } from './typing-text.js';
import type { Unread } from './unread.js';

export interface RoomViewDependencies {
  client: ChatClient;
  room: Room;
  api: Pick<Api, 'bots' | 'members' | 'people' | 'token'>;
  drafts: Drafts;
  /** Id of the user of a playground page. */
  as: string | null;
  /** Id of the message to which the address leads. */
  target: string | null;
  /** Id of the message to which the address asks to reply. */
  replyTo: string | null;
  /** Of this tab, for this user. */
  storage: PageStorage | null;
  drawing: DrawScheduler;
  user: () => Author;
  unread: Unread;
  /** The user is a member of the room. */
  isMember: () => boolean;
  /** Everyone can read the room. */
  isOpen: () => boolean;
}

/** Messages kept of a room, while its reader is at the newest. */
const MAX_KEPT_MESSAGES = 1_000;

/**
 * The part of the page that belongs to one room: its messages, its people and the field to write. Its elements are in the page from
 * the beginning until `hide`, and again from `show` on; it is drawn only then.
 */
export class RoomView {
  readonly room: Room;
  readonly #dependencies: RoomViewDependencies;
  readonly #unread: Unread;
  readonly #elements = currentElements();
  readonly #log = new LogPanel();
  readonly #people = new PeoplePanel();
  readonly #members: RoomMembers;
  readonly #composer: Composer;
  readonly #actions: RoomActions;
  readonly #roomPeople: RoomPeople;
  readonly #note: NoteLine;
  readonly #jump: MessageJump;
  readonly #rowFocus: RowFocus;
  /** The messages were drawn since the page shows the room. Until then, the reader has not seen them. */
  #hasDrawnMessages = false;
  #restorePlace: (() => void) | null = null;
  /** The newest message that a member has seen. */
  #read: Message | null = null;
  #target: string | null;

  constructor(dependencies: RoomViewDependencies) {
    const { client, room, api, as, drafts, storage, drawing, user, unread } = dependencies;
    const scheduleDraw = () => drawing.schedule();
    this.#dependencies = dependencies;
    this.room = room;
    this.#target = dependencies.target;
    this.#unread = unread;
    this.#roomPeople = new RoomPeople(room, api);
    const { mentions } = this.#roomPeople;
    this.#composer = new Composer(
      { room, drafts, api, people: this.#roomPeople },
      {
        submit: (body, replyTo, files) => this.#post(body, replyTo, files),
        editLast: () => this.#actions.editing.editLast(),
        typing: () => room.notifyTyping(),
        scroll: (pages) => this.#log.scrollByPages(pages),
        escape: () => this.showNewest(),
      },
    );
    const { rows } = this.#log;
    const composer = this.#composer;
    this.#note = new NoteLine(scheduleDraw);
    this.#jump = new MessageJump({ room, log: this.#log, drawing });
    this.#actions = new RoomActions({
      ...{ client, room, as, composer, mentions, storage, drawing, user },
      log: this.#log,
      jump: this.#jump,
      isMember: dependencies.isMember,
      announce: (text) => this.#note.announce(text),
    });
    this.#rowFocus = new RowFocus({
      log: this.#log.element,
      rows,
      isAtEnd: () => this.#log.isAtEnd,
      showNewest: () => this.showNewest(),
      pressed: (key, id) => this.#actions.tools.pressed(key, id),
      escaped: (id) => this.#actions.cancel(id),
      leave: () => composer.focus(),
    });
    if (dependencies.replyTo !== null) composer.replyTo(dependencies.replyTo);
    const members = { room: room.name, api, changed: scheduleDraw, isOpen: dependencies.isOpen };
    this.#members = new RoomMembers(this.#elements.people, members);
    this.#log.onScroll(scheduleDraw);
    this.#log.onClick((event) => this.#clicked(event));
    // Without a connection, code has no colours.
    const noColours = () => undefined;
    whenMarkupLoaded(
      () => void import('./code/code-blocks.js').then(({ CodeBlocks }) => new CodeBlocks(rows), noColours),
    );
    byId('newer').addEventListener('click', () => {
      this.showNewest();
      composer.focus();
    });
  }

  /** Unread messages below the visible ones. */
  get unreadCount(): number {
    return this.#unread.count;
  }

  /** Unread messages that mention the reader. */
  get mentionCount(): number {
    return this.#unread.mentionsOf(this.#dependencies.user(), this.room.messages);
  }

  /** Places the elements into the page again. */
  show(): void {
    placeElements(this.#elements);
    this.#restorePlace?.();
    this.#restorePlace = null;
    this.#composer.readDraft();
    if (!this.room.presence.isKnown) this.#people.hide();
  }

  /** To be called before the elements leave the page. */
  hide(): void {
    if (this.#elements.people.matches(':popover-open')) this.#elements.people.hidePopover();
    this.#restorePlace = this.#log.holdPlace();
    if (this.#unread.count === 0) this.#unread.clear();
    this.#hasDrawnMessages = false;
  }

  get isUploading(): boolean {
    return this.#composer.isUploading;
  }

  /** The room is left. */
  close(): void {
    this.#composer.close();
  }

  /** Scrolls to the newest message. */
  showNewest(): void {
    this.#jump.clear();
    this.#log.followNewest();
    this.#dependencies.drawing.drawNow();
    this.#log.scrollToEnd();
  }

  /** Leads to a message, as soon as the messages are known. */
  showMessage(id: string): void {
    if (this.#hasDrawnMessages) this.#jump.to(id);
    else this.#target = id;
  }

  focusComposer(): void {
    this.#composer.focus();
  }

  readDraft(): void {
    this.#composer.readDraft();
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'read' && frame.room === this.room.name) this.#unread.readUpTo(frame.position);
    this.#members.receive(frame);
  }

  /** The connection is lost. */
  disconnected(): void {
    this.#people.hide();
    this.#members.markStale();
  }

  /** To be called regularly while another room is shown: limits are the same, and reports of what was read are throttled. */
  keepUpHidden(): void {
    this.room.trim(MAX_KEPT_MESSAGES);
    if (this.#read) this.room.markRead(this.#read);
  }

  draw(): void {
    const { messages, status } = this.room;
    const hasMessages = messages.length > 0 || status === 'live' || status === 'stale';
    const isFirst = hasMessages && !this.#hasDrawnMessages;
    this.#hasDrawnMessages = hasMessages;
    const { isAtEnd } = this.#log;
    const isAttending = !document.hidden && isAtEnd;
    this.#actions.editing.beforeDrawing();
    this.#composer.draw();
    // Messages around a link say nothing about later ones.
    if (hasMessages && this.room.hasNewest) this.#updateUnread(isAttending && !isFirst);
    if (isAttending && !this.#actions.editing.editing) this.room.trim(MAX_KEPT_MESSAGES);
    this.#drawLog(isFirst);
    this.#drawNotes();
    if (status === 'live') this.#keepUp(isAttending);
    this.#rowFocus.afterDrawing();
    this.#actions.tools.afterDrawing();
    this.#actions.editing.afterDrawing();
    this.#jump.afterDrawing();
    if (!isFirst) return;
    if (this.#target !== null) this.#jump.to(this.#target);
    else if (isAtEnd) this.#log.scrollToUnread();
    this.#target = null;
    if (!this.#actions.editing.editing) this.#actions.editing.continueEdit();
  }

  #updateUnread(isAttending: boolean): void {
    const { user } = this.#dependencies;
    this.#unread.update(this.room.messages, (message) => isBy(message, user()), isAttending);
  }

  #drawLog(isFirst: boolean): void {
    this.#log.draw({
      isFirst,
      room: this.room,
      unread: this.#unread,
      user: this.#dependencies.user(),
      activity: { ...this.#actions.activity, target: this.#jump.target },
      as: this.#dependencies.as,
      isOpen: this.#dependencies.isOpen(),
      nameOf: (id) => this.#roomPeople.nameOf(id),
    });
  }

  /** Reports the read position and loads history, as far as the reader's view requires it. */
  #keepUp(isAttending: boolean): void {
    const newest = this.room.messages.at(-1);
    if (newest && isAttending && document.hasFocus() && this.#dependencies.isMember()) {
      this.#read = newest;
      this.room.markRead(newest);
    }
    if (this.#log.isNearStart && this.room.historyFault === null) this.room.loadHistory();
    this.#log.loadGapAhead(this.room);
  }

  #drawNotes(): void {
    const { presence, status, notice } = this.room;
    const { id_user } = this.#dependencies.user();
    const typing = typingText(this.room.typing());
    setText('typing', typing);
    byId('hint').hidden = typing !== '';
    this.#note.draw(notice);
    this.#people.show(presence, id_user);
    this.#members.show(presence, id_user, status === 'live');
  }

  #clicked(event: Event): void {
    const summary = event.target instanceof Element ? event.target.closest('summary') : null;
    if (summary?.parentElement instanceof HTMLDetailsElement) {
      event.preventDefault();
      this.#log.toggle(summary.parentElement);
    } else if (!clickImage(event, this.room.messages, this.#dependencies.as))
      this.#actions.tools.clicked(event);
  }

  #post(body: string, replyTo: string | null, files: MessageFile[]): void {
    this.#unread.clear();
    try {
      this.room.post(body, replyTo ?? undefined, files);
    } catch (error) {
      if (!(error instanceof OutboxFullError)) throw error;
      this.#composer.restore(body, replyTo, files);
      this.#composer.showFault(faultText(error));
    }
    this.showNewest();
  }
}
