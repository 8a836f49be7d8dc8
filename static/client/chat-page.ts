import type { Author, ChatClient, ClientEvent } from 'changeroom-client';
import type { PageState } from '../../server/http/pages/page-state.js';
import { roomPath, roomSearchPath, searchPath } from '../../server/http/pages/rows/room-path.js';
import { AnswerClock } from './answer-clock.js';
import { Api } from './api.js';
import { Drafts } from './drafts.js';
import { DrawScheduler } from './draw-scheduler.js';
import { byId } from './elements.js';
import { askBeforeLeaving } from './leaving-question.js';
import { followLogins } from './login-channel.js';
import { whenMarkupLoaded } from './markup-on-demand.js';
import type { NewRoomDialog } from './new-room-dialog.js';
import { createPageClient } from './page-client.js';
import { type PageStorage, storageOf } from './page-storage.js';
import { listenToPanelLinks } from './panels/panel-opener.js';
import { placeElements, RoomTemplate } from './room-elements.js';
import { RoomHeader } from './room-header.js';
import { RoomListing } from './room-listing.js';
import { RoomNavigation } from './room-navigation.js';
import { RoomView } from './room-view.js';
import { RoomViews } from './room-views.js';
import { listenToSearchLink } from './search/search-opener.js';
import { listenToSettingsLinks } from './settings/settings-link.js';
import { controlKeyName, listenForShortcuts } from './shortcuts.js';
import { describeStatus } from './status.js';
import { StatusLine } from './status-line.js';
import type { QuickSwitcher } from './switcher/quick-switcher.js';
import { TabBadge } from './tab-badge.js';
import { Unread } from './unread.js';

/** Milliseconds for the response with the new cookie, which may be later than the end of the socket's session. */
const RELOAD_DELAY_MS = 2_000;

/**
 * The page around the room that it shows: connection, list of rooms, head. Data flows one way: the client updates its
 * state and dispatches an event, and the next frame draws the state; what the reader does calls the client.
 */
export class ChatPage {
  readonly #page: PageState;
  readonly #client: ChatClient;
  readonly #api: Api;
  readonly #drafts: Drafts;
  readonly #tabStorage: PageStorage | null;
  readonly #template = new RoomTemplate();
  readonly #drawing = new DrawScheduler(() => this.#draw());
  readonly #answers = new AnswerClock();
  readonly #views: RoomViews<RoomView>;
  readonly #listing: RoomListing;
  readonly #header: RoomHeader;
  readonly #navigation: RoomNavigation;
  #newRoom: Promise<NewRoomDialog> | null = null;
  #switcher: Promise<QuickSwitcher> | null = null;
  readonly #status = new StatusLine(() => this.#client.retryNow());
  readonly #badge = new TabBadge();
  #isSignedOut = false;
  #reload: ReturnType<typeof setTimeout> | undefined;
  /** The page has opened the room without the server, which explains why the room cannot be entered. */
  #isOpening = false;

  constructor(page: PageState) {
    const { room, unreadSince, rooms } = page;
    const as = page.as?.id_user ?? null;
    const id_user = page.user.id_user ?? '';
    const scheduleDraw = () => this.#drawing.schedule();
    this.#page = page;
    this.#api = new Api(page.as?.signed ?? null);
    this.#drafts = new Drafts(storageOf('localStorage', id_user));
    this.#tabStorage = storageOf('sessionStorage', id_user);
    this.#client = createPageClient(page);
    const client = this.#client;
    const api = this.#api;
    client.join(room, { ...page, readPosition: unreadSince });
    this.#views = new RoomViews(this.#viewOf(room, new Unread(unreadSince), true), { client });
    this.#listing = new RoomListing({
      client,
      api,
      entries: rooms,
      current: room,
      drafts: this.#drafts,
      visitedStorage: storageOf('localStorage', as),
      as,
      scheduleDraw,
    });
    this.#header = new RoomHeader({
      room: () => this.#views.current.room.name,
      user: page.user,
      api,
      listing: this.#listing,
      scheduleDraw,
    });
    this.#navigation = new RoomNavigation({
      as,
      canShow: (name) => this.#canShow(name),
      show: (name, message) => this.#show(name, message),
    });
    this.#listen();
    listenToSettingsLinks({ client, page, room: () => this.#listing.current });
    askBeforeLeaving(
      () => this.#views.isUploading || (client.outbox.pending > 0 && client.connection.name !== 'open'),
    );
    this.#draw();
    if (document.activeElement === document.body && !isTouchScreen()) this.#views.current.focusComposer();
    client.connect();
    if (this.#status.hasSignIn) followLogins(() => this.#isSignedOut && location.reload());
  }

  get #user(): Author {
    return this.#client.user ?? this.#page.user;
  }

  #listen(): void {
    const scheduleDraw = () => this.#drawing.schedule();
    this.#client.subscribe((event) => this.#receive(event));
    // Not at the next frame: a tab that was just hidden gets none.
    document.addEventListener('visibilitychange', () => this.#drawing.drawNow());
    addEventListener('focus', scheduleDraw);
    whenMarkupLoaded(scheduleDraw);
    addEventListener('resize', scheduleDraw);
    // Another tab has changed drafts.
    addEventListener('storage', () => {
      if (!document.hasFocus()) this.#views.current.readDraft();
    });
    byId('switcher-keys').textContent = `${controlKeyName()} K`;
    byId('switcher-button').addEventListener('click', () => void this.#toggleSwitcher());
    byId('new-room-link').addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#createRoom();
    });
    listenForShortcuts({
      openSwitcher: () => void this.#toggleSwitcher(),
      showHelp: () => void import('./help-dialog.js').then(({ showHelp }) => showHelp()),
      moveToRoom: (step, onlyUnread) => {
        const room = this.#listing.neighbour(step, onlyUnread);
        if (room !== null) this.#navigation.go(room);
      },
      focusComposer: () => this.#views.current.focusComposer(),
      openSearch: () => {
        const link = document.getElementById('room-search');
        link?.click();
        return link !== null;
      },
    });
    listenToPanelLinks({
      client: this.#client,
      room: () => this.#views.current.room.name,
      user: () => this.#user,
      as: this.#page.as?.id_user ?? null,
      token: this.#api.token,
    });
    listenToSearchLink({
      client: this.#client,
      room: () => this.#views.current.room.name,
      as: this.#page.as?.id_user ?? null,
    });
    // For the countdown to the next attempt, and for the names of days at midnight.
    setInterval(() => {
      this.#views.keepUp();
      this.#drawing.schedule();
    }, 1_000);
  }

  #receive(event: ClientEvent): void {
    if (event.type === 'frame') this.#views.receive(event.frame);
    if (event.type === 'disconnected') this.#views.disconnected();
    const { room } = this.#views.current;
    if (room.status === 'live') this.#isOpening = false;
    // The page that the server sends instead explains the error, or shows how to join.
    const isRefused = this.#isOpening && room.status === 'refused' && this.#client.connection.name === 'open';
    if (room.isExpelled || isRefused) location.reload();
    this.#drawing.schedule();
  }

  /** The switcher is loaded when it is opened first. */
  async #toggleSwitcher(): Promise<void> {
    this.#switcher ??= import('./switcher/quick-switcher.js').then(
      ({ QuickSwitcher }) =>
        new QuickSwitcher({
          rooms: () => this.#listing.rooms,
          visited: () => this.#listing.visited,
          go: (room) => this.#navigation.go(room),
          create: (name) => void this.#createRoom(name),
        }),
    );
    const switcher = await this.#switcher;
    const side = byId('side');
    if (side.matches(':popover-open')) side.hidePopover();
    switcher.toggle();
  }

  /** Opens the dialog, which is loaded when it is opened first. @param name to begin with */
  async #createRoom(name?: string): Promise<void> {
    this.#newRoom ??= import('./new-room-dialog.js').then(
      (loaded) => new loaded.NewRoomDialog(this.#api, (created) => this.#navigation.go(created)),
    );
    (await this.#newRoom).open(name);
  }

  /** A room for members that the reader has not joined has a page of its own. */
  #canShow(room: string): boolean {
    const { access, joined } = this.#listing.get(room);
    return access === 'open' || joined;
  }

  /** @param message to which the address leads */
  #show(room: string, message: string | null): void {
    const previous = this.#views.current;
    if (previous.room.name !== room) {
      const { unreadCount } = previous;
      const expected = this.#listing.get(room).unread ?? 0;
      this.#isOpening = true;
      this.#header.clearFault();
      const as = this.#page.as?.id_user ?? null;
      this.#views.show(room, () => {
        placeElements(this.#template.create(room, as));
        this.#client.join(room);
        return this.#viewOf(room, new Unread(null, expected));
      });
      this.#listing.show(room, unreadCount);
      this.#status.setReturnPath(roomPath(room, as));
      document.getElementById('room-search')?.setAttribute('href', roomSearchPath(room, as));
      document.getElementById('search-link')?.setAttribute('href', searchPath(room, as));
      this.#drawing.drawNow();
    }
    const side = byId('side');
    if (side.matches(':popover-open')) side.hidePopover();
    if (message !== null) this.#views.current.showMessage(message);
    else if (isTouchScreen()) byId('log').focus({ preventScroll: true });
    else this.#views.current.focusComposer();
  }

  #viewOf(name: string, unread: Unread, isFirst = false): RoomView {
    return new RoomView({
      client: this.#client,
      room: this.#client.join(name),
      api: this.#api,
      as: this.#page.as?.id_user ?? null,
      target: isFirst ? this.#page.target : null,
      replyTo: isFirst ? this.#page.replyTo : null,
      drafts: this.#drafts,
      storage: this.#tabStorage,
      drawing: this.#drawing,
      user: () => this.#user,
      unread,
      isMember: () => this.#listing.current.joined,
      isOpen: () => this.#listing.get(name).access === 'open',
    });
  }

  #draw(): void {
    const view = this.#views.current;
    view.draw();
    const { room, unreadCount } = view;
    this.#header.show(this.#listing.current, this.#user);
    const unread = this.#listing.unreadElsewhere + (document.hidden ? unreadCount : 0);
    const missed = document.hidden ? this.#views.current.mentionCount : 0;
    this.#badge.show(`${room.name} · Changeroom`, unread, this.#listing.mentionsElsewhere + missed);
    const now = Date.now();
    const unanswered = this.#answers.update(room.unsent, now);
    const status = describeStatus(this.#client.connection, room.status, room.refusal, now, unanswered);
    this.#isSignedOut = status.isSignedOut === true;
    // Of a guest: the name was secured in another tab, or the server explains how to get it back.
    if (room.refusal?.code === 'session-ended' && !this.#status.hasSignIn)
      this.#reload ??= setTimeout(() => location.reload(), RELOAD_DELAY_MS);
    this.#status.show(status, this.#header.fault);
    const users = room.presence.isKnown ? room.presence.count : null;
    this.#listing.draw({ unread: unreadCount, users });
    this.#listing.keepFresh();
  }
}

/** The composer gets no focus by itself: the keyboard would cover the messages. */
const isTouchScreen = () => matchMedia('(hover: none)').matches;
