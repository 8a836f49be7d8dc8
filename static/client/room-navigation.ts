import { messageOfAddress, roomOfAddress, roomPath } from '../../server/http/pages/rows/room-path.js';

export interface RoomNavigationDependencies {
  /** Id of the user of a playground page. */
  as: string | null;
  /** Whether the page can show a room itself; other rooms are loaded from the server. */
  canShow: (room: string) => boolean;
  /** @param message to which the address leads */
  show: (room: string, message: string | null) => void;
}

/** Changes the room within the page: for links to rooms, and for the buttons "back" and "forward" of the browser. */
export class RoomNavigation {
  readonly #dependencies: RoomNavigationDependencies;

  constructor(dependencies: RoomNavigationDependencies) {
    this.#dependencies = dependencies;
    // On the window, so that handlers of the page can prevent it.
    addEventListener('click', (event) => this.#clicked(event));
    addEventListener('popstate', () => this.#returned());
  }

  /** Shows a room under its address. */
  go(room: string, message: string | null = null): void {
    const { as, canShow, show } = this.#dependencies;
    const path = roomPath(room, as);
    if (!canShow(room)) {
      location.assign(path);
      return;
    }
    if (path !== location.pathname + location.search) history.pushState(null, '', path);
    show(room, message);
  }

  #clicked(event: MouseEvent): void {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
    if (defaultPrevented || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return;
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
    if (link?.target !== '' || link.origin !== location.origin || link.hash !== '') return;
    const { as, canShow } = this.#dependencies;
    const address = new URL(link.href);
    const message = messageOfAddress(address, as);
    const room = message?.room ?? roomOfAddress(address, as);
    if (room === null || !canShow(room)) return;
    event.preventDefault();
    this.go(room, message?.id);
  }

  #returned(): void {
    const room = roomOfAddress(new URL(location.href), this.#dependencies.as);
    if (room !== null && this.#dependencies.canShow(room)) this.#dependencies.show(room, null);
    else location.reload();
  }
}
