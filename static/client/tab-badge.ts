const UNREAD_ICON = '/icons/favicon-unread.svg';

/** Shows in the tab of the browser how many messages are unread. */
export class TabBadge {
  readonly #title = document.title;
  readonly #icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  readonly #plainIcon = this.#icon?.getAttribute('href') ?? '';
  #shown = 0;

  show(unread: number): void {
    if (unread === this.#shown) return;
    this.#shown = unread;
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${this.#title}` : this.#title;
    this.#icon?.setAttribute('href', unread > 0 ? UNREAD_ICON : this.#plainIcon);
  }
}
