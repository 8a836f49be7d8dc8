import styles from 'styles:message-panel';
import type { Author, ChatClient, ServerFrame } from 'changeroom-client';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { icon } from '../../../server/http/pages/rows/icon.js';
import type { ShownMessage } from '../../../server/http/pages/rows/shown-message.js';
import { shownMessages } from '../../../server/http/pages/rows/shown-messages.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { Message } from '../../../server/protocol/message.js';
import { adoptStyles } from '../adopt-styles.js';
import { byId, h } from '../elements.js';
import { clickImage } from '../image-click.js';
import { KeyedList } from '../keyed-list.js';
import { isMarkupLoaded, whenMarkupLoaded } from '../markup-on-demand.js';
import { panelRow } from './panel-row.js';

export interface PanelDependencies {
  client: Pick<ChatClient, 'join' | 'subscribe'>;
  /** Name of the room that the page shows. */
  room: () => string;
  user: () => Author;
  /** Id of the user of a playground page. */
  as: string | null;
  /** Bearer token of that user. */
  token: string | null;
}

/** A page of the messages of a panel. */
export interface PanelPage {
  messages: readonly Message[];
  /** Current names by id. */
  names: Record<string, string>;
  /** Cursor of the older ones; null on the last page. */
  before: string | null;
}

export interface PanelContent {
  title: string;
  /** Shown without any message. */
  none: string;
  /** Address of the page with the same content. */
  page: string;
  /** Rows name the rooms of their messages. */
  hasPlaces: boolean;
  /** @throws ConnectionError, RequestError */
  load(before: string | null): Promise<PanelPage>;
  /** Whether the content has to be loaded again. @param shown ids of the messages in the panel */
  isChangedBy(frame: ServerFrame, shown: ReadonlySet<string>): boolean;
  /** The panel has to be closed. */
  isOver(): boolean;
}

/** Milliseconds in which several changes are loaded together. */
const CHANGES_MS = 200;
/** Messages that stay in the panel when the content is loaded again. */
const MAX_MESSAGES = 300;
/** On narrower screens the panel covers the room. */
const NARROW_SCREEN = '(max-width: 53.99rem)';

/** A list of messages beside the room, which follows changes while it is open. Each message leads to its place. */
export class MessagePanel {
  readonly #content: PanelContent;
  readonly #dependencies: PanelDependencies;
  readonly #opener = document.activeElement;
  readonly #status = h('p', { class: 'people-note', role: 'status' });
  readonly #fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  readonly #rows = h('ol', { class: 'rows' });
  readonly #list = new KeyedList(this.#rows);
  readonly #older = h('button', { type: 'button', class: 'button quiet', hidden: true }, t('log.older'));
  readonly #box: HTMLElement;
  #messages: readonly ShownMessage[] = [];
  #before: string | null = null;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #unsubscribe = () => {};
  readonly #closing = new AbortController();
  /** Counts the requests: only the newest one is shown. */
  #loads = 0;

  constructor(content: PanelContent, dependencies: PanelDependencies) {
    this.#content = content;
    this.#dependencies = dependencies;
    const { title } = content;
    const close = h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': t('common.close'), autofocus: true },
      icon('close'),
    );
    close.addEventListener('click', () => this.#box.hidePopover());
    this.#older.addEventListener('click', () => void this.#load(this.#before));
    this.#box = h(
      'aside',
      { class: 'message-panel', popover: 'auto', 'aria-label': title },
      h('header', {}, h('h2', {}, title), close),
      this.#fault,
      this.#status,
      this.#rows,
      this.#older,
    );
    this.#box.addEventListener('click', (event) => this.#clicked(event));
    this.#box.addEventListener('toggle', (event) => {
      if (event instanceof ToggleEvent && event.newState === 'closed') this.#closed();
    });
  }

  open(): void {
    adoptStyles(styles);
    document.body.append(this.#box);
    this.#box.showPopover();
    this.#status.textContent = t('log.loading');
    this.#unsubscribe = this.#dependencies.client.subscribe((event) => {
      if (this.#content.isOver()) this.#box.hidePopover();
      else if (event.type === 'frame') this.#receive(event.frame);
    });
    // Also while the focus is in the room, which uses the key itself.
    const { signal } = this.#closing;
    addEventListener('keydown', (event) => this.#pressed(event), { capture: true, signal });
    whenMarkupLoaded(() => this.#draw());
    void this.#load(null);
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.#box.hidePopover();
  }

  #closed(): void {
    this.#unsubscribe();
    this.#closing.abort();
    clearTimeout(this.#waiting);
    this.#loads += 1;
    this.#box.remove();
    if (document.activeElement !== document.body) return;
    const opener = this.#opener instanceof HTMLElement ? this.#opener : null;
    const isVisible = opener !== null && opener.getClientRects().length > 0;
    (isVisible ? opener : byId('log')).focus({ preventScroll: true });
  }

  #receive(frame: ServerFrame): void {
    const shown = new Set(this.#messages.map(({ id }) => id));
    if (this.#waiting !== undefined || !this.#content.isChangedBy(frame, shown)) return;
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      void this.#load(null);
    }, CHANGES_MS);
  }

  /** @param before cursor of the page to add; null: the first page, which replaces all */
  async #load(before: string | null): Promise<void> {
    this.#loads += 1;
    const load = this.#loads;
    let fault: string | null = null;
    this.#box.ariaBusy = 'true';
    try {
      const page = await this.#content.load(before);
      if (load !== this.#loads) return;
      const { id_user, name } = this.#dependencies.user();
      const names = { ...(id_user !== null && { [id_user]: name }), ...page.names };
      const added = shownMessages(page.messages, names, {});
      this.#messages = (before === null ? added : [...this.#messages, ...added]).slice(0, MAX_MESSAGES);
      this.#before = this.#messages.length < MAX_MESSAGES ? page.before : null;
    } catch (error) {
      fault = faultText(error);
    }
    if (load !== this.#loads) return;
    this.#box.ariaBusy = null;
    this.#fault.hidden = fault === null;
    this.#fault.textContent = fault;
    this.#status.textContent = fault === null && this.#messages.length === 0 ? this.#content.none : '';
    this.#draw();
  }

  #draw(): void {
    const { as, user } = this.#dependencies;
    const { hasPlaces } = this.#content;
    this.#list.render(
      this.#messages.map((message) => ({
        key: message.id,
        version: [JSON.stringify(message), isMarkupLoaded()],
        draw: () => panelRow(message, { self: user().id_user, as, hasPlace: hasPlaces }),
      })),
    );
    this.#older.hidden = this.#before === null;
  }

  #clicked(event: MouseEvent): void {
    if (clickImage(event, this.#messages, this.#dependencies.as)) return;
    const link = event.target instanceof Element ? event.target.closest('.panel-link') : null;
    // The page goes to the message, which the panel would cover.
    if (link && matchMedia(NARROW_SCREEN).matches) this.#box.hidePopover();
  }
}
