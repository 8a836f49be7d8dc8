import {
  type Author,
  type ChatClient,
  type ClientEvent,
  OutboxFullError,
  type Room,
} from 'changeroom-client';
import type { PageState } from '../../server/http/pages/page-state.js';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { roomPath } from '../../server/http/pages/rows/room-path.js';
import { DeleteAction } from './actions/delete-action.js';
import { EditAction } from './actions/edit-action.js';
import { LinkAction } from './actions/link-action.js';
import { MessageTools } from './actions/message-tools.js';
import { ReplyAction } from './actions/reply-action.js';
import { unsentCommands } from './actions/unsent-commands.js';
import { AnswerClock } from './answer-clock.js';
import { Api } from './api.js';
import { Composer } from './composer.js';
import { Drafts } from './drafts.js';
import { DrawScheduler } from './draw-scheduler.js';
import { byId } from './elements.js';
import { askBeforeLeaving } from './leaving-question.js';
import { setText } from './live-text.js';
import { LogPanel } from './log-panel.js';
import { followLogins } from './login-channel.js';
import { MemberList } from './member-list.js';
import { MembersSection } from './members-section.js';
import { MessageJump } from './message-jump.js';
import { isBy } from './message-row.js';
import { NewRoomDialog } from './new-room-dialog.js';
import { NoteLine } from './note-line.js';
import { createPageClient } from './page-client.js';
import { storageOf } from './page-storage.js';
import { PeoplePanel } from './people-panel.js';
import { RoomHeader } from './room-header.js';
import { RoomListing } from './room-listing.js';
import { RoomPeople } from './room-people.js';
import { RowFocus } from './row-focus.js';
import { describeStatus } from './status.js';
import { StatusLine } from './status-line.js';
import { TabBadge } from './tab-badge.js';
import { typingText } from './typing-text.js';
import { UnfinishedEdit } from './unfinished-edit.js';
import { Unread } from './unread.js';
import { visit } from './visited-rooms.js';

/** Messages kept on a page that stays open for long, while its reader is at the newest. */
const MAX_KEPT_MESSAGES = 1_000;

/**
 * The page of a room. Data flows one way: the client updates its state and dispatches an event, and the next frame
 * draws the state; what the reader does calls the client.
 */
export class RoomScreen {
  readonly #page: PageState;
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #unread: Unread;
  readonly #drawing = new DrawScheduler(() => this.#draw());
  readonly #log = new LogPanel();
  readonly #people = new PeoplePanel();
  readonly #answers = new AnswerClock();
  readonly #members: MemberList;
  readonly #membersSection: MembersSection;
  readonly #composer: Composer;
  readonly #editing: EditAction;
  readonly #deletion: DeleteAction;
  readonly #roomPeople: RoomPeople;
  readonly #jump: MessageJump;
  readonly #tools: MessageTools;
  readonly #rowFocus: RowFocus;
  readonly #listing: RoomListing;
  readonly #header: RoomHeader;
  readonly #status: StatusLine;
  #isSignedOut = false;
  readonly #badge = new TabBadge();
  /** The reader has not seen anything before the first drawing. */
  #hasDrawn = false;
  readonly #note = new NoteLine(() => this.#drawing.schedule());

  constructor(page: PageState) {
    const { room, unreadSince, rooms } = page;
    const as = page.as?.id_user ?? null;
    const id_user = page.user.id_user ?? '';
    const drafts = new Drafts(storageOf('localStorage', id_user));
    const api = new Api(page.as?.signed ?? null);
    const scheduleDraw = () => this.#drawing.schedule();
    this.#page = page;
    this.#client = createPageClient(page);
    this.#room = this.#client.join(room, { ...page, readPosition: unreadSince });
    this.#unread = new Unread(unreadSince);
    this.#roomPeople = new RoomPeople(this.#room, api);
    this.#composer = new Composer(
      { room: this.#room, drafts, api, people: this.#roomPeople },
      {
        submit: (body, replyTo) => this.#post(body, replyTo),
        editLast: () => this.#editing.editLast(),
        typing: () => this.#room.notifyTyping(),
      },
    );
    const user = () => this.#user;
    this.#editing = new EditAction({
      room: this.#room,
      composer: this.#composer,
      mentions: this.#roomPeople.mentions,
      unfinishedEdit: new UnfinishedEdit(room, storageOf('sessionStorage', id_user)),
      drawing: this.#drawing,
      user,
      include: (id) => this.#log.include(id),
    });
    this.#deletion = new DeleteAction({
      room: this.#room,
      composer: this.#composer,
      drawing: this.#drawing,
      user,
      rows: this.#log.rows,
    });
    this.#jump = new MessageJump({ room: this.#room, log: this.#log, drawing: this.#drawing });
    this.#tools = new MessageTools({
      room: this.#room,
      rows: this.#log.rows,
      actions: [
        new ReplyAction((id) => this.#composer.replyTo(id)),
        this.#editing,
        new LinkAction(as, (text) => this.#note.announce(text)),
        this.#deletion,
      ],
      commands: {
        ...this.#deletion.commands,
        ...unsentCommands({ client: this.#client, room: this.#room, composer: this.#composer }),
        gap: (_id, button) => this.#room.loadHistory(this.#room.message(button.dataset.before ?? '')),
        older: () => this.#room.loadHistory(),
        original: (id) => this.#jump.to(this.#room.message(id)?.reply_to ?? ''),
      },
      drawing: this.#drawing,
    });
    this.#rowFocus = new RowFocus({
      log: this.#log.element,
      rows: this.#log.rows,
      isAtEnd: () => this.#log.isAtEnd,
      showNewest: () => this.#showNewest(),
      pressed: (key, id) => this.#tools.pressed(key, id),
      escaped: (id) => this.#deletion.cancel(id),
      leave: () => this.#composer.focus(),
    });
    this.#listing = new RoomListing({
      client: this.#client,
      api,
      entries: rooms,
      current: room,
      drafts,
      visited: visit(storageOf('localStorage', as), room),
      as,
      scheduleDraw,
    });
    this.#members = new MemberList({ room, api, changed: scheduleDraw });
    this.#membersSection = new MembersSection(this.#members);
    this.#header = new RoomHeader({ room, user: page.user, api, listing: this.#listing, scheduleDraw });
    this.#status = new StatusLine(() => this.#client.retryNow());
    new NewRoomDialog(api, (created) => location.assign(roomPath(created, as)));
    this.#listen();
    askBeforeLeaving(() => this.#client.outbox.pending > 0 && this.#client.connection.name !== 'open');
    this.#draw();
    if (page.target === null) this.#log.scrollToUnread();
    else this.#jump.to(page.target);
    if (page.replyTo !== null) this.#composer.replyTo(page.replyTo);
    this.#editing.continueEdit();
    this.#client.connect();
    if (this.#status.hasSignIn) followLogins(() => this.#isSignedOut && location.reload());
  }

  get #user(): Author {
    return this.#client.user ?? this.#page.user;
  }

  #listen(): void {
    const scheduleDraw = () => this.#drawing.schedule();
    this.#client.subscribe((event) => this.#receive(event));
    this.#membersSection.onToggle(scheduleDraw);
    this.#log.onScroll(scheduleDraw);
    this.#log.onClick((event) => {
      const summary = event.target instanceof Element ? event.target.closest('summary') : null;
      if (summary?.parentElement instanceof HTMLDetailsElement) {
        event.preventDefault();
        this.#log.toggle(summary.parentElement);
      } else this.#tools.clicked(event);
    });
    byId('newer').addEventListener('click', () => {
      this.#showNewest();
      this.#composer.focus();
    });
    // Not at the next frame: a tab that was just hidden gets none.
    document.addEventListener('visibilitychange', () => this.#drawing.drawNow());
    addEventListener('focus', scheduleDraw);
    addEventListener('resize', scheduleDraw);
    // For the countdown to the next attempt, and for the names of days at midnight.
    setInterval(scheduleDraw, 1_000);
  }

  #receive(event: ClientEvent): void {
    if (event.type === 'frame' && event.frame.type === 'read' && event.frame.room === this.#room.name)
      this.#unread.readUpTo(event.frame.position);
    if (event.type === 'frame') this.#members.receive(event.frame);
    if (event.type === 'disconnected') {
      this.#people.hide();
      this.#members.markStale();
    }
    // The page that the server sends instead shows how to join.
    if (this.#room.isExpelled) location.reload();
    this.#drawing.schedule();
  }

  #post(body: string, replyTo: string | null): void {
    this.#unread.clear();
    try {
      this.#room.post(body, replyTo ?? undefined);
    } catch (error) {
      if (!(error instanceof OutboxFullError)) throw error;
      this.#composer.restore(body, replyTo);
      this.#composer.showFault(faultText(error));
    }
    this.#showNewest();
  }

  #showNewest(): void {
    this.#jump.clear();
    this.#log.followNewest();
    this.#drawing.drawNow();
    this.#log.scrollToEnd();
  }

  #draw(): void {
    const { messages } = this.#room;
    const isAttending = !document.hidden && this.#log.isAtEnd;
    this.#editing.beforeDrawing();
    this.#composer.draw();
    // Messages around a link say nothing about later ones.
    if (this.#room.hasNewest)
      this.#unread.update(messages, (message) => isBy(message, this.#user), isAttending && this.#hasDrawn);
    this.#hasDrawn = true;
    if (isAttending && !this.#editing.editing) this.#room.trim(MAX_KEPT_MESSAGES);
    const { editing } = this.#editing;
    const { confirming, fault } = this.#deletion;
    this.#log.draw({
      room: this.#room,
      unread: this.#unread,
      user: this.#user,
      activity: { editing, confirming, fault, target: this.#jump.target },
      as: this.#page.as?.id_user ?? null,
      nameOf: (id) => this.#roomPeople.nameOf(id),
    });
    this.#drawNotes();
    this.#drawPanels();
    if (this.#room.status === 'live') this.#keepUp(isAttending);
    this.#listing.keepFresh();
    this.#rowFocus.afterDrawing();
    this.#tools.afterDrawing();
    this.#editing.afterDrawing();
    this.#jump.afterDrawing();
  }

  /** Reports the read position and loads history, as far as the reader's view requires it. */
  #keepUp(isAttending: boolean): void {
    const newest = this.#room.messages.at(-1);
    if (newest && isAttending && document.hasFocus() && this.#listing.current.joined)
      this.#room.markRead(newest);
    if (this.#log.isNearStart && this.#room.historyFault === null) this.#room.loadHistory();
    this.#log.loadGapAhead(this.#room);
  }

  #drawNotes(): void {
    const unread = this.#listing.unreadElsewhere + (document.hidden ? this.#unread.count : 0);
    const mentions = document.hidden ? this.#unread.mentionsOf(this.#user, this.#room.messages) : 0;
    this.#badge.show(unread, this.#listing.mentionsElsewhere + mentions);
    const typing = typingText(this.#room.typing());
    setText('typing', typing);
    byId('hint').hidden = typing !== '';
    this.#note.draw(this.#room.notice);
    const { status, refusal, unsent } = this.#room;
    const now = Date.now();
    const shown = describeStatus(
      this.#client.connection,
      status,
      refusal,
      now,
      this.#answers.update(unsent, now),
    );
    this.#isSignedOut = shown.isSignedOut === true;
    this.#status.show(shown, this.#header.fault);
  }

  #drawPanels(): void {
    const { presence } = this.#room;
    this.#header.show(this.#listing.current, this.#user);
    this.#people.show(presence, this.#user.id_user);
    this.#membersSection.show(presence, this.#user.id_user, this.#room.status === 'live');
    this.#listing.draw({ unread: this.#unread.count, users: presence.isKnown ? presence.count : null });
  }
}
