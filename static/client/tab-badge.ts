const UNREAD_ICON = '/icons/favicon-unread.svg';
const MENTION_ICON = '/icons/favicon-mention.svg';

/** Shows the room, and the number of unread messages or mentions, in the tab of the browser. */
export class TabBadge {
  readonly #icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #plainIcon = this.#icon?.getAttribute('href') ?? '';

  /**
   * @param title of the page, without the number
   * @param mentions those of the messages that mention the reader; if there are some, their number is shown
   */
  show(title: string, unread: number, mentions: number): void {
    const count = mentions || unread;
    const number = count > 99 ? '99+' : `${count}`;
    const shown = count === 0 ? title : `(${mentions > 0 ? '@' : ''}${number}) ${title}`;
    if (document.title === shown) return;
    document.title = shown;
    const icon = mentions > 0 ? MENTION_ICON : unread > 0 ? UNREAD_ICON : this.#plainIcon;
    this.#icon?.setAttribute('href', icon);
  }
}
