import type { Author, Room } from 'changeroom-client';
import { byId } from './elements.js';
import { setText } from './live-text.js';
import { LogView } from './log-view.js';
import type { MessageTools } from './message-tools.js';
import { Scroller } from './scroller.js';
import type { Unread } from './unread.js';

export interface LogPanelContent {
  room: Room;
  unread: Unread;
  user: Author;
  tools: MessageTools;
}

/** The scrolling log of messages, with the notes around it. */
export class LogPanel {
  readonly #view = new LogView();
  readonly #log = byId('log');
  readonly #scroller = new Scroller(this.#log, this.#view.rows);

  /** The list of messages. */
  get rows(): HTMLElement {
    return this.#view.rows;
  }

  get isAtEnd(): boolean {
    return this.#scroller.isAtEnd;
  }

  /** Less than a screen of messages is left above. */
  get isNearStart(): boolean {
    return this.#scroller.isNearStart;
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

  scrollToEnd(): void {
    this.#scroller.toEnd();
  }

  scrollToUnread(): void {
    this.#scroller.show(this.rows.querySelector('.unread'));
  }

  draw(content: LogPanelContent): void {
    this.#scroller.keepPlace(() => this.#drawRows(content));
    this.#drawNotes(content);
  }

  #drawRows({ room, unread, user, tools }: LogPanelContent): void {
    const { messages, unsent, memberNotices, gaps, pausedUntil, isLoadingHistory } = room;
    const { editing, confirming, fault } = tools;
    this.#view.render({
      messages,
      unsent,
      memberNotices,
      gaps,
      unread: unread.line,
      user,
      editing,
      confirming,
      fault,
      isLoading: isLoadingHistory,
      pausedFor: pausedUntil && Math.max(1, Math.ceil((pausedUntil - Date.now()) / 1000)),
    });
  }

  #drawNotes({ room, unread }: LogPanelContent): void {
    const isEmpty = room.messages.length + room.unsent.length === 0;
    // While the room is not live, the notes stay as they were, so that nothing moves.
    const isLive = room.status === 'live';
    if (isLive || !isEmpty) byId('empty').hidden = !isEmpty;
    if (isLive) byId('beginning').hidden = isEmpty || !room.isComplete;
    byId('loading').hidden = !room.isLoadingHistory;
    byId('history-fault').hidden = room.historyFault === null;
    setText('history-fault-text', room.historyFault ?? '');
    byId('newer').hidden = this.isAtEnd;
    const { count } = unread;
    setText('newer-text', count > 0 ? `${count} new message${count === 1 ? '' : 's'}` : 'Newest');
  }
}
