const UNREAD_ICON = '/icons/favicon-unread.svg';

/** Shows the room and the number of unread messages in the tab of the browser. */
export class TabBadge {
  readonly #icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #plainIcon = this.#icon?.getAttribute('href') ?? '';

  /** @param title of the page, without the number */
  show(title: string, unread: number): void {
    const shown = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${title}` : title;
    if (document.title === shown) return;
    document.title = shown;
    this.#icon?.setAttribute('href', unread > 0 ? UNREAD_ICON : this.#plainIcon);
  }
}
