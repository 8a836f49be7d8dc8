import {
  type ChatClient,
  comparePositions,
  type Message,
  type Position,
  type ServerFrame,
} from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';
import { mayHaveMarkup } from '../../../server/http/pages/rows/markup/body-nodes.js';
import { notificationText } from '../../../server/http/pages/rows/notification-text.js';
import { messageOfAddress, messagePath, roomOfAddress } from '../../../server/http/pages/rows/room-path.js';
import { mentionedUsers } from '../../../server/protocol/mentions.js';
import {
  DEFAULT_NOTIFICATIONS,
  isNotifying,
  type NotificationSettings,
} from '../../../server/protocol/notifications.js';
import { loadMarkup } from '../markup-on-demand.js';
import { readSettings } from '../settings/page-settings.js';
import { deviceState } from './device-switch.js';
import { namesIn, readNewest } from './news-reader.js';
import { PageLock } from './page-lock.js';
import { startPush } from './push-subscription.js';
import { closeNotification, showNotification } from './room-notification.js';
import { playSound } from './sound.js';

/** New messages of a room that the reader has not seen. */
interface News {
  count: number;
  isMention: boolean;
}

type Activity = ServerFrame<'roomActivity'>;

/** Milliseconds between two notifications of a room. */
const ROOM_INTERVAL_MS = 2_000;
/** Milliseconds between two confirmations of the push subscription. */
const CONFIRM_INTERVAL_MS = 24 * 60 * 60_000;

/**
 * Shows notifications of new messages while a page is open: of the room of the page by its frames, of other rooms by reports of
 * their activity, which have no text, so that the message is read. Of several tabs, one shows them.
 */
export class Notifier {
  readonly #lock: PageLock;
  readonly #id_user: string;
  readonly #followed: Set<string>;
  readonly #news = new Map<string, News>();
  readonly #newest = new Map<string, Position>();
  /** Rooms with a report that waits. */
  readonly #waiting = new Map<string, Activity>();
  readonly #shownAt = new Map<string, number>();
  #settings: NotificationSettings = DEFAULT_NOTIFICATIONS;

  constructor(client: ChatClient, id_user: string, { room, rooms, messages }: PageState) {
    this.#id_user = id_user;
    this.#lock = new PageLock(id_user);
    this.#followed = new Set(rooms.filter(({ joined }) => joined).map(({ name }) => name));
    this.#see(room, messages.at(-1));
    void this.#loadSettings();
    client.subscribe((event) => event.type === 'frame' && this.#receive(event.frame));
    for (const event of ['focus', 'visibilitychange', 'popstate', 'click'])
      addEventListener(event, () => this.#attend(), true);
    setInterval(() => this.#isOn && this.#lock.isHeld && void startPush(), CONFIRM_INTERVAL_MS);
    if (this.#isOn && this.#lock.isHeld) void startPush();
  }

  get #isOn(): boolean {
    return deviceState(this.#id_user) === 'on';
  }

  /** The room that the page shows; null on a page without one. */
  get #room(): string | null {
    const address = new URL(location.href);
    return messageOfAddress(address)?.room ?? roomOfAddress(address);
  }

  async #loadSettings(): Promise<void> {
    this.#settings = (await readSettings(null).catch(() => null))?.notifications ?? this.#settings;
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'settingsChanged':
        this.#settings = frame.settings.notifications;
        break;
      case 'memberJoined':
        if (frame.user.id_user === this.#id_user) this.#followed.add(frame.room);
        break;
      case 'memberLeft':
        if (frame.user.id_user === this.#id_user) this.#followed.delete(frame.room);
        break;
      case 'roomSnapshot':
        this.#see(frame.room, frame.messages.at(-1));
        break;
      case 'read':
        void this.#forget(frame.room);
        break;
      case 'deliverMessage':
        void this.#delivered(frame.message);
        break;
      case 'roomActivity':
        if (frame.room !== null && frame.room !== this.#room) void this.#wasActive(frame.room, frame);
        break;
    }
  }

  /** A message of the room that the page shows. Edits and messages of other rooms are left out. */
  async #delivered(message: Message): Promise<void> {
    const { room } = message;
    const newest = this.#newest.get(room);
    const isNew = newest === undefined || comparePositions(message, newest) > 0;
    if (!isNew) return;
    this.#see(room, message);
    if (room === this.#room && !this.#isAttended(room)) await this.#notify(room, [message]);
  }

  /** Reports of a room are collected: the first notification is shown at once, the next ones after an interval. */
  async #wasActive(room: string, frame: Activity): Promise<void> {
    const { messages, newest, authors, mentions } = frame;
    if (messages === null || newest === null || authors.every((author) => author === this.#id_user)) return;
    const isMention = (mentions?.[this.#id_user] ?? 0) > 0;
    if (!this.#isShown(room, isMention, false)) return;
    const waiting = this.#waiting.get(room);
    this.#waiting.set(room, { ...frame, messages: messages + (waiting?.messages ?? 0) });
    if (waiting) return;
    const delayMs = (this.#shownAt.get(room) ?? 0) + ROOM_INTERVAL_MS - Date.now();
    setTimeout(() => void this.#read(room), Math.max(0, delayMs));
  }

  async #read(room: string): Promise<void> {
    const waiting = this.#waiting.get(room);
    this.#waiting.delete(room);
    if (!waiting?.messages || !waiting.newest || this.#isAttended(room)) return;
    try {
      await this.#notify(room, await readNewest(room, waiting.messages, waiting.newest));
    } catch {
      // The list of rooms shows the number of messages.
    }
  }

  async #notify(room: string, messages: readonly Message[]): Promise<void> {
    const isMention = ({ body }: Message) => mentionedUsers(body).includes(this.#id_user);
    const shown = messages.filter((message) =>
      this.#isShown(room, isMention(message), message.author.id_user === this.#id_user),
    );
    const message = shown.findLast(isMention) ?? shown.at(-1);
    if (!message) return;
    const news = this.#news.get(room) ?? { count: 0, isMention: false };
    this.#news.set(room, news);
    news.count += shown.length;
    news.isMention = isMention(message);
    this.#shownAt.set(room, Date.now());
    const [names] = await Promise.all([namesIn(message.body), mayHaveMarkup(message.body) && loadMarkup()]);
    const text = notificationText({ ...news, message, names, author: message.author.name });
    await showNotification({ ...text, room, url: messagePath(message), isMention: news.isMention });
    if (this.#settings.sound) playSound();
  }

  #isShown(room: string, isMention: boolean, isOwn: boolean): boolean {
    if (!this.#isOn || !this.#lock.isHeld) return false;
    const message = { room, isFollowed: this.#followed.has(room), isMention, isOwn };
    return isNotifying(this.#settings, message, Date.now());
  }

  /** The reader looks at the room. */
  #isAttended(room: string): boolean {
    return room === this.#room && !document.hidden && document.hasFocus();
  }

  #attend(): void {
    // The address changes after the event.
    setTimeout(() => {
      const room = this.#room;
      if (room !== null && this.#isAttended(room)) void this.#forget(room);
    });
  }

  async #forget(room: string): Promise<void> {
    if (!this.#news.delete(room)) return;
    this.#shownAt.delete(room);
    await closeNotification(room);
  }

  #see(room: string, message: Position | undefined): void {
    if (message) this.#newest.set(room, message);
  }
}
