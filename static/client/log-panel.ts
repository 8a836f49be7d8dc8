import type { Author, Message, Room } from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';
import { setText } from './live-text.js';
import { type LogContent, LogView } from './log-view.js';
import { RowWindow } from './row-window.js';
import { Scroller } from './scroller.js';
import type { Unread } from './unread.js';

export interface LogPanelContent {
  isFirst: boolean;
  room: Room;
  unread: Unread;
  user: Author;
  /** The edit, the confirmation, the choice of a reaction and the fault that rows show. */
  activity: Pick<LogContent, 'editing' | 'confirming' | 'choosing' | 'fault' | 'target'>;
  /** Id of the user of a playground page. */
  as: string | null;
  nameOf: LogContent['nameOf'];
  isOpen: boolean;
}

/** Page Up and Page Down scroll the log by this share of its height. */
const PAGE_SHARE = 0.9;

/** The scrolling log of messages, with the notes around it. */
export class LogPanel {
  readonly #view = new LogView();
  readonly #log = byId('log');
  readonly #scroller = new Scroller(this.#log, this.#view.rows);
  readonly #window = new RowWindow();
  /** All loaded messages, of which the window is in the page. */
  #messages: readonly Message[] = [];
  /** The window was placed on purpose, and does not follow the scroll position at the next drawing. */
  #isPlaced = false;
  /** The newest messages are not loaded yet. */
  #isDetached = false;

  /** The part that scrolls. */
  get element(): HTMLElement {
    return this.#log;
  }

  /** The list of messages. */
  get rows(): HTMLElement {
    return this.#view.rows;
  }

  get isAtEnd(): boolean {
    return this.#window.hasNewest && !this.#isDetached && this.#scroller.isAtEnd;
  }

  /** Less than a screen of loaded messages is left above. */
  get isNearStart(): boolean {
    return this.#scroller.isNearStart && this.#window.hasOldest(this.#messages);
  }

  /** Expands or collapses a long message. */
  toggle(part: HTMLDetailsElement): void {
    this.#scroller.toggle(part);
  }

  onScroll(listener: () => void): void {
    this.#log.addEventListener('scroll', listener, { passive: true });
  }

  onClick(listener: (event: Event) => void): void {
    this.#log.addEventListener('click', listener);
  }

  /** Places the newest messages into the page at the next drawing. */
  followNewest(): void {
    this.#window.toNewest(this.#messages);
    this.#isPlaced = true;
  }

  /** Places a message into the page at the next drawing. */
  include(id: string): void {
    this.#window.include(this.#messages, id);
    this.#isPlaced = true;
  }

  /** Scrolls to a message of the page, and gives it the focus. */
  reveal(id: string): void {
    const row = this.rows.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
    this.#scroller.center(row);
    row?.focus({ preventScroll: true });
  }

  /** The message below a gap that the reader approaches from above; null without such a gap. */
  get #gapAhead(): string | null {
    const { top, bottom } = this.#log.getBoundingClientRect();
    for (const gap of this.rows.querySelectorAll('.gap')) {
      const place = gap.getBoundingClientRect();
      if (place.top > (top + bottom) / 2 && place.top < bottom + (bottom - top))
        return gap.querySelector<HTMLElement>('[data-before]')?.dataset.before ?? null;
    }
    return null;
  }

  /** Loads the messages of a gap that the reader approaches from above. */
  loadGapAhead(room: Room): void {
    const gap = this.#gapAhead;
    const previous = gap === null ? null : room.previous(gap);
    if (previous && room.historyFault === null) room.loadNewer(previous);
  }

  /** The log leaves the page for a while. @returns a function that scrolls to the same place */
  holdPlace(): () => void {
    const { isAtEnd } = this;
    const { scrollTop } = this.#log;
    return () => {
      this.#log.scrollTop = isAtEnd ? 0 : scrollTop;
    };
  }

  scrollByPages(pages: 1 | -1): void {
    this.#log.scrollBy({ top: pages * this.#log.clientHeight * PAGE_SHARE });
  }

  scrollToEnd(): void {
    this.#scroller.toEnd();
  }

  scrollToUnread(): void {
    this.#scroller.show(this.rows.querySelector('.unread'));
  }

  draw(content: LogPanelContent): void {
    const { isAtEnd } = this;
    this.#messages = content.room.messages;
    this.#isDetached = !content.room.hasNewest;
    if (!this.#isPlaced) this.#followScroll();
    this.#isPlaced = false;
    this.#scroller.keepPlace(isAtEnd, () => this.#drawRows(content, isAtEnd));
    this.#drawNotes(content);
  }

  #followScroll(): void {
    if (this.#scroller.isNearStart) this.#window.up(this.#messages);
    else if (this.#scroller.isNearEnd) this.#window.down(this.#messages);
  }

  #drawRows(content: LogPanelContent, isAtEnd: boolean): void {
    const { isFirst, room, unread, user, activity, as, isOpen, nameOf } = content;
    const { unsent, memberNotices, gaps, pausedUntil, isLoadingHistory } = room;
    const messages = this.#window.select(this.#messages, isAtEnd);
    const { hasNewest } = this.#window;
    const from = this.#window.hasOldest(this.#messages) ? 0 : (messages[0]?.sent ?? 0);
    const to = hasNewest ? Number.POSITIVE_INFINITY : (messages.at(-1)?.sent ?? 0);
    this.#view.render({
      isFirst,
      messages,
      unsent: hasNewest ? unsent : [],
      memberNotices: memberNotices.filter(({ at }) => at >= from && at <= to),
      gaps,
      unread: unread.line,
      user,
      ...activity,
      as,
      isOpen,
      nameOf,
      quote: (id) => room.quote(id),
      isLoading: isLoadingHistory,
      pausedFor: pausedUntil && Math.max(1, Math.ceil((pausedUntil - Date.now()) / 1000)),
    });
  }

  #drawNotes({ room, unread }: LogPanelContent): void {
    const isEmpty = this.#messages.length + room.unsent.length === 0;
    // While the room is not live, the notes stay as they were, so that nothing moves.
    const isLive = room.status === 'live';
    if (isLive || !isEmpty) byId('empty').hidden = !isEmpty;
    if (isLive)
      byId('beginning').hidden = isEmpty || !room.isComplete || !this.#window.hasOldest(this.#messages);
    byId('loading').hidden = !room.isLoadingHistory;
    byId('history-fault').hidden = room.historyFault === null;
    setText('history-fault-text', room.historyFault === null ? '' : faultText(room.historyFault));
    byId('newer').hidden = this.isAtEnd;
    const { count } = unread;
    setText('newer-text', count > 0 ? t('log.newMessages', { count }) : t('log.newest'));
  }
}
