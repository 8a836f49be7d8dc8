const UNREAD_ICON = '/icons/favicon-unread.svg';
const MENTION_ICON = '/icons/favicon-mention.svg';

/** Shows in the tab of the browser how many messages are unread, or mention the reader. */
export class TabBadge {
  readonly #title = document.title;
  readonly #icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #plainIcon = this.#icon?.getAttribute('href') ?? '';
  #shown = '';

  /** @param mentions those of the messages that mention the reader; if there are some, their number is shown */
  show(unread: number, mentions: number): void {
    const count = mentions || unread;
    const number = count > 99 ? '99+' : `${count}`;
    const shown = count === 0 ? '' : `(${mentions > 0 ? '@' : ''}${number}) `;
    if (shown === this.#shown) return;
    this.#shown = shown;
    document.title = shown + this.#title;
    const icon = mentions > 0 ? MENTION_ICON : unread > 0 ? UNREAD_ICON : this.#plainIcon;
    this.#icon?.setAttribute('href', icon);
  }
}
