import type { PageState } from '../../server/http/page/page-state.js';
import type { Author } from '../../server/message.js';
import type { ServerFrame } from '../../server/sockets/frames.js';
import { Composer } from './composer.js';
import { Connection } from './connection.js';
import { Editor } from './editor.js';
import { byId } from './elements.js';
import { isBy, LogView } from './log-view.js';
import { Outbox } from './outbox.js';
import { storeOf } from './page-state.js';
import { People, typingText } from './people.js';
import { drawRooms, visit } from './recent-rooms.js';
import { RoomSession } from './room-session.js';
import { Scroller } from './scroller.js';
import { describeStatus } from './status.js';
import { StatusLine } from './status-line.js';
import { Timeline } from './timeline.js';
import { Unread } from './unread.js';

/** Messages kept on a screen that stays open for long, while its reader is at the newest. */
const KEPT = 1_000;

/** The page of a room, alive: what happens goes into the models, and the models are drawn at the next frame. */
export class RoomScreen {
  readonly #timeline = new Timeline();
  readonly #outbox = new Outbox(storeOf('sessionStorage'));
  readonly #unread = new Unread();
  readonly #people = new People();
  readonly #view = new LogView();
  readonly #log = byId('log');
  readonly #scroller = new Scroller(this.#log, this.#view.rows);
  readonly #connection: Connection;
  readonly #session: RoomSession;
  readonly #status: StatusLine;
  readonly #composer: Composer;
  readonly #rooms: readonly string[];
  readonly #title = document.title;
  #user: Author;
  #editing: { id: string; editor: Editor } | null = null;
  #confirming: string | null = null;
  #fault: { id: string; text: string } | null = null;
  /** Called after the next drawings, until they answer true. */
  #watchers = new Set<() => boolean>();
  #isDrawing = false;
  /** What the list of rooms was drawn from. */
  #roomsVersion: string | null = null;

  constructor(private readonly page: PageState) {
    this.#user = page.user;
    this.#timeline.applySnapshot(page.messages, page.hasOlder);
    this.#timeline.distrust();
    this.#rooms = visit(storeOf('localStorage'), page.room);
    this.#connection = new Connection(location.origin, {
      opened: () => this.#session.opened(),
      closed: () => {
        this.#people.forget();
        this.#session.closed();
      },
      received: (frame) => this.#received(frame),
      stateChanged: () => this.#changed(),
    });
    this.#session = new RoomSession({
      room: page.room,
      timeline: this.#timeline,
      outbox: this.#outbox,
      send: (frame) => this.#connection.send(frame),
      changed: () => this.#changed(),
      later: (callback, ms) => setTimeout(callback, ms),
    });
    this.#status = new StatusLine(() => this.#connection.retryNow());
    this.#composer = new Composer(page.room, storeOf('sessionStorage'), {
      sent: (body) => this.#post(body),
      editLast: () => this.#editLast(),
      typing: () => this.#connection.send({ type: 'typing', room: page.room }),
    });
    this.#listen();
    this.#draw();
    this.#connection.open();
  }

  #listen(): void {
    this.#log.addEventListener('scroll', () => this.#changed(), { passive: true });
    this.#log.addEventListener('click', (event) => this.#clicked(event));
    byId('newer').addEventListener('click', () => {
      this.#scroller.toEnd();
      this.#composer.focus();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#connection.retryNow();
      // Not at the next frame: a tab that has just been hidden gets none.
      this.#draw();
    });
    addEventListener('resize', () => this.#changed());
    // Counts down while the connection is away, and turns the name of a day at midnight.
    setInterval(() => this.#changed(), 1_000);
  }

  #received(frame: ServerFrame): void {
    const self = this.#user.id_user;
    if (frame.type === 'welcome') this.#user = frame.user;
    if (frame.type === 'identityChange' && frame.user.id_user === self) this.#user = frame.user;
    this.#people.receive(frame, this.page.room, self, Date.now());
    this.#session.receive(frame);
    this.#changed();
  }

  #post(body: string): void {
    this.#unread.clear();
    this.#session.post(body);
    this.#draw();
    this.#scroller.toEnd();
  }

  #clicked(event: Event): void {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    const id = button?.closest<HTMLElement>('[data-id]')?.dataset.id ?? '';
    if (button) this.#act(button.dataset.action!, id, button);
  }

  #act(action: string, id: string, button: HTMLElement): void {
    const unsent = this.#outbox.get(id);
    if (action === 'edit') this.#edit(id);
    else if (action === 'delete') this.#confirming = id;
    else if (action === 'keep') this.#confirming = null;
    else if (action === 'confirm') this.#delete(id);
    else if (action === 'retry') this.#session.retry(id);
    else if (action === 'discard' || action === 'rewrite') {
      this.#outbox.remove(id);
      if (unsent && action === 'rewrite') this.#composer.restore(unsent.body);
    } else if (action === 'gap') {
      const before = this.#timeline.get(button.dataset.before!);
      if (before) this.#session.history.load(before);
    } else if (action === 'older') this.#session.history.loadOlder();
    this.#draw();
    const next = { delete: 'keep', keep: 'delete' }[action];
    const row =
      next && this.#view.rows.querySelector(`[data-id="${CSS.escape(id)}"] [data-action="${next}"]`);
    if (row instanceof HTMLElement) row.focus();
  }

  #editLast(): boolean {
    const last = this.#timeline.messages.findLast((message) => isBy(message, this.#user));
    if (last) this.#edit(last.id);
    return last !== undefined;
  }

  #edit(id: string): void {
    const message = this.#timeline.get(id);
    if (!message || this.#editing?.id === id) return;
    const editor = new Editor({
      message,
      save: async (body) => {
        await this.#session.edit(id, body);
        await this.#shows(() => this.#timeline.get(id) !== message);
      },
      done: () => this.#stopEditing(editor),
    });
    this.#editing = { id, editor };
    this.#confirming = null;
    this.#draw();
    editor.focus();
    editor.element.scrollIntoView({ block: 'nearest' });
  }

  #stopEditing(editor: Editor): void {
    if (this.#editing?.editor !== editor) return;
    this.#editing = null;
    this.#draw();
    this.#composer.focus();
  }

  #delete(id: string): void {
    this.#confirming = null;
    this.#fault = null;
    this.#composer.focus();
    this.#session.delete(id).catch((error: Error) => {
      this.#fault = { id, text: error.message };
      this.#changed();
    });
  }

  /** Resolves when what is drawn makes `check` true. */
  #shows(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.add(() => {
        if (check()) resolve();
        return check();
      });
      this.#changed();
    });
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
    const attends = !document.hidden && this.#scroller.isAtEnd;
    const { messages } = this.#timeline;
    this.#keepEdited();
    this.#unread.update(messages, (message) => isBy(message, this.#user), attends);
    if (attends && !this.#editing) this.#timeline.trim(KEPT);
    this.#scroller.keepPlace(() => this.#drawLog());
    this.#drawSurroundings();
    if (this.#session.status === 'live' && this.#scroller.isNearStart && !this.#session.history.fault) {
      this.#session.history.loadOlder();
    }
    for (const watcher of this.#watchers) if (watcher()) this.#watchers.delete(watcher);
  }

  /** A message that was deleted while it was edited: its text goes where it can be sent anew. */
  #keepEdited(): void {
    if (!this.#editing || this.#timeline.get(this.#editing.id)) return;
    const { editor } = this.#editing;
    this.#editing = null;
    this.#composer.restore(editor.text);
  }

  #drawLog(): void {
    const { history } = this.#session;
    this.#view.render({
      messages: this.#timeline.messages.map((message) => this.#people.named(message)),
      unsent: this.#outbox.of(this.page.room),
      gaps: this.#timeline.gaps(),
      unread: this.#unread.line,
      user: this.#user,
      editing: this.#editing,
      confirming: this.#confirming,
      fault: this.#fault,
      isLoading: history.isLoading,
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
    const { state } = this.#connection;
    byId('people').textContent = this.#people.count > 0 ? `${this.#people.count} here` : '';
    const typing = typingText(this.#people.typing(Date.now()));
    if (byId('typing').textContent !== typing) byId('typing').textContent = typing;
    byId('hint').hidden = typing !== '';
    this.#status.show(describeStatus(state, this.#session.status, this.#session.refusal, Date.now()));
    this.#drawRooms();
  }

  #drawRooms(): void {
    const unsent = this.#outbox.rooms;
    const version = [...unsent].join('\n');
    if (version === this.#roomsVersion) return;
    this.#roomsVersion = version;
    byId('rooms').replaceChildren(...drawRooms(this.#rooms, this.page.room, unsent));
  }
}
