import type { PageState } from '../../server/http/pages/page-state.js';
import { roomPath } from '../../server/http/pages/rows/room-path.js';
import type { ServerFrame } from '../../server/protocol/frames.js';
import type { Author } from '../../server/protocol/message.js';
import { Api } from './api.js';
import { Composer } from './composer.js';
import { Connection } from './connection.js';
import { byId } from './elements.js';
import { isBy, LogView } from './log-view.js';
import { MessageTools } from './message-tools.js';
import { NameForm } from './name-form.js';
import { NewRoomDialog } from './new-room-dialog.js';
import { Outbox } from './outbox.js';
import { storeOf } from './page-state.js';
import { People, typingText } from './people.js';
import { PeoplePanel } from './people-panel.js';
import { ReadMarker } from './read-marker.js';
import { RoomHeader } from './room-header.js';
import { RoomListing } from './room-listing.js';
import { RoomSession } from './room-session.js';
import { Scroller } from './scroller.js';
import { describeStatus } from './status.js';
import { StatusLine } from './status-line.js';
import { Timeline } from './timeline.js';
import { Unread } from './unread.js';
import { visit } from './visited-rooms.js';

/** Messages kept on a screen that stays open for long, while its reader is at the newest. */
const KEPT = 1_000;

/** The page of a room, alive: what happens goes into the models, and the models are drawn at the next frame. */
export class RoomScreen {
  readonly #timeline = new Timeline();
  readonly #outbox: Outbox;
  readonly #unread: Unread;
  readonly #people: People;
  readonly #peoplePanel = new PeoplePanel();
  readonly #view = new LogView();
  readonly #log = byId('log');
  readonly #scroller = new Scroller(this.#log, this.#view.rows);
  readonly #connection: Connection;
  readonly #session: RoomSession;
  readonly #status: StatusLine;
  readonly #composer: Composer;
  readonly #tools: MessageTools;
  readonly #marker: ReadMarker;
  readonly #listing: RoomListing;
  readonly #header: RoomHeader;
  /** Null where the account gives the name. */
  readonly #nameForm: NameForm | null;
  readonly #title = document.title;
  #user: Author;
  /** What went wrong with joining or leaving. */
  #fault: string | null = null;
  #isDrawing = false;
  /** The first drawing comes before the reader has seen anything. */
  #hasDrawn = false;

  constructor(private readonly page: PageState) {
    const { room } = page;
    const as = page.as?.id_user ?? null;
    const api = new Api(page.as?.signed ?? null);
    const changed = () => this.#changed();
    this.#user = page.user;
    this.#outbox = new Outbox(storeOf('sessionStorage', as));
    this.#unread = new Unread(page.unreadSince);
    this.#people = new People(page.names);
    this.#timeline.applySnapshot(page.messages, page.hasOlder);
    this.#timeline.distrust();
    const query = page.as ? `?guest=${encodeURIComponent(page.as.signed)}` : '';
    this.#connection = new Connection(location.origin + query, {
      opened: () => this.#session.opened(),
      closed: () => this.#closed(),
      received: (frame) => this.#received(frame),
      stateChanged: changed,
    });
    this.#session = new RoomSession({
      room,
      timeline: this.#timeline,
      outbox: this.#outbox,
      send: (frame) => this.#connection.send(frame),
      changed,
      // The server shows how to get in again.
      expelled: () => location.reload(),
      later: (callback, ms) => setTimeout(callback, ms),
    });
    this.#status = new StatusLine(() => this.#connection.retryNow());
    this.#composer = new Composer(room, storeOf('sessionStorage', as), api, {
      sent: (body) => this.#post(body),
      editLast: () => this.#tools.editLast(),
      typing: () => this.#connection.send({ type: 'typing', room }),
    });
    this.#tools = new MessageTools({
      rows: this.#view.rows,
      composer: this.#composer,
      outbox: this.#outbox,
      session: this.#session,
      timeline: this.#timeline,
      user: () => this.#user,
      changed,
      draw: () => this.#draw(),
    });
    this.#marker = new ReadMarker(page.unreadSince, (position) =>
      this.#connection.send({ type: 'markRead', room, position }),
    );
    this.#listing = new RoomListing({
      api,
      entries: page.rooms,
      current: room,
      visited: visit(storeOf('localStorage', as), room),
      as,
      observe: (rooms) => this.#connection.send({ type: 'observePresence', rooms }),
      changed,
    });
    this.#header = new RoomHeader({
      join: () => this.#changeMembership(() => api.join(room)),
      leave: () => this.#changeMembership(() => api.leave(room)),
    });
    const renames = document.getElementById('you') !== null;
    this.#nameForm = renames ? new NameForm(page.user, (name) => api.rename(name)) : null;
    new NewRoomDialog(api, (created) => location.assign(roomPath(created, as)));
    this.#listen();
    this.#draw();
    this.#scroller.show(this.#view.rows.querySelector('.unread'));
    this.#connection.open();
  }

  #listen(): void {
    this.#log.addEventListener('scroll', () => this.#changed(), { passive: true });
    this.#log.addEventListener('click', (event) => this.#tools.clicked(event));
    byId('newer').addEventListener('click', () => {
      this.#scroller.toEnd();
      this.#composer.focus();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#connection.retryNow();
      // Not at the next frame: a tab that has just been hidden gets none.
      this.#draw();
    });
    addEventListener('focus', () => {
      this.#listing.focused();
      this.#changed();
    });
    addEventListener('resize', () => this.#changed());
    // Counts down while the connection is away, and turns the name of a day at midnight.
    setInterval(() => this.#changed(), 1_000);
  }

  #received(frame: ServerFrame): void {
    const self = this.#user.id_user;
    if (frame.type === 'welcome') this.#user = frame.user;
    if (frame.type === 'identityChanged' && frame.user.id_user === self) this.#user = frame.user;
    if (frame.type === 'read' && frame.room === this.page.room) {
      this.#unread.readUpTo(frame.position);
      this.#marker.confirm(frame.position);
    }
    this.#listing.receive(frame, this.#user.id_user);
    this.#people.receive(frame, this.page.room, self, Date.now());
    this.#session.receive(frame);
    this.#changed();
  }

  #closed(): void {
    this.#people.forget();
    this.#peoplePanel.hide();
    this.#listing.closed();
    this.#marker.disconnected();
    this.#session.closed();
  }

  #post(body: string): void {
    this.#unread.clear();
    this.#session.post(body);
    this.#draw();
    this.#scroller.toEnd();
  }

  async #changeMembership(change: () => Promise<void>): Promise<void> {
    this.#fault = null;
    try {
      await change();
      await this.#listing.refresh();
    } catch (error) {
      this.#fault = (error as Error).message;
    }
    this.#draw();
  }

  /** Draws before the next frame, however much comes in until then; hidden tabs get no frames. */
  #changed(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    if (document.hidden) setTimeout(() => this.#draw(), 100);
    else requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#isDrawing = false;
    const { messages } = this.#timeline;
    const isLive = this.#session.status === 'live';
    const attends = !document.hidden && this.#scroller.isAtEnd;
    this.#tools.beforeDrawing();
    this.#unread.update(messages, (message) => isBy(message, this.#user), attends && this.#hasDrawn);
    this.#hasDrawn = true;
    if (attends && !this.#tools.editing) this.#timeline.trim(KEPT);
    this.#scroller.keepPlace(() => this.#drawLog());
    this.#drawSurroundings();
    const newest = messages.at(-1);
    if (newest && attends && isLive && document.hasFocus() && this.#listing.current.joined)
      this.#marker.attend(newest, Date.now());
    if (isLive && this.#scroller.isNearStart && !this.#session.history.fault)
      this.#session.history.loadOlder();
    this.#listing.keepFresh(this.#connection.state.name === 'open');
    this.#tools.drawn();
  }

  #drawLog(): void {
    const { history, status } = this.#session;
    const pausedUntil = status === 'away' ? null : this.#session.pausedUntil;
    const { editing, confirming, fault } = this.#tools;
    this.#view.render({
      messages: this.#timeline.messages.map((message) => this.#people.named(message)),
      unsent: this.#outbox.of(this.page.room),
      gaps: this.#timeline.gaps(),
      unread: this.#unread.line,
      user: this.#user,
      editing,
      confirming,
      fault,
      isLoading: history.isLoading,
      pausedFor: pausedUntil && Math.max(1, Math.ceil((pausedUntil - Date.now()) / 1000)),
    });
    const isEmpty = this.#timeline.messages.length + this.#outbox.of(this.page.room).length === 0;
    byId('empty').hidden = !isEmpty || this.#session.status !== 'live';
    byId('loading').hidden = !history.isLoading;
    byId('history-fault').hidden = history.fault === null;
    byId('history-fault-text').textContent = history.fault;
    byId('beginning').hidden = isEmpty || !this.#timeline.isComplete;
  }

  #drawSurroundings(): void {
    const { count } = this.#unread;
    byId('newer').hidden = this.#scroller.isAtEnd;
    byId('newer-text').textContent = count > 0 ? `${count} new message${count === 1 ? '' : 's'}` : 'Newest';
    document.title = document.hidden && count > 0 ? `(${count}) ${this.#title}` : this.#title;
    const typing = typingText(this.#people.typing(Date.now()));
    if (byId('typing').textContent !== typing) byId('typing').textContent = typing;
    byId('hint').hidden = typing !== '';
    const { status, refusal, botsNotice } = this.#session;
    const notice = botsNotice.text ?? '';
    if (byId('bots-notice').textContent !== notice) byId('bots-notice').textContent = notice;
    this.#status.show(describeStatus(this.#connection.state, status, refusal, Date.now()), this.#fault);
    this.#header.show(this.#listing.current);
    this.#nameForm?.show(this.#user);
    const { present } = this.#people;
    this.#peoplePanel.show(present, this.#user.id_user);
    const users = present.isKnown ? present.count : null;
    this.#listing.draw({ unread: count, users, unsent: this.#outbox.rooms });
  }
}
