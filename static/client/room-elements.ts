import { roomPath, withQuery } from '../../server/http/pages/rows/room-path.js';
import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';

/** The parts of the page that belong to one room: its log, the field to write with what is around it, and its people. */
const PARTS = ['log', 'foot', 'people'] as const;

/** The elements of one room. They are in the page while it shows the room. */
export type RoomElements = Readonly<Record<(typeof PARTS)[number], HTMLElement>>;

/** The elements that are in the page. */
export function currentElements(): RoomElements {
  return { log: byId('log'), foot: byId('foot'), people: byId('people') };
}

/** Replaces the elements in the page by those of another room. */
export function placeElements(elements: RoomElements): void {
  for (const part of PARTS) byId(part).replaceWith(elements[part]);
}

/** Makes the elements of further rooms: empty copies of those that the server has sent. */
export class RoomTemplate {
  readonly #elements: RoomElements;

  /** To be created before a script changes the page. */
  constructor() {
    const { log, foot, people } = currentElements();
    this.#elements = { log: emptied(log), foot: emptied(foot), people: emptied(people) };
  }

  /** @param as id of the playground user; null: the page of the authenticated visitor */
  create(room: string, as: string | null): RoomElements {
    const [log, foot, people] = PARTS.map((part) => this.#elements[part].cloneNode(true) as HTMLElement);
    if (!log || !foot || !people) throw new Error('the page has no room');
    log.ariaLabel = t('log.label', { room });
    const field = foot.querySelector('textarea');
    if (field) field.placeholder = t('composer.placeholder', { room });
    foot.querySelector('label')?.replaceChildren(t('composer.label', { room }));
    for (const link of people.querySelectorAll<HTMLAnchorElement>('[data-query]'))
      link.href = withQuery(roomPath(room, as), link.dataset.query ?? '');
    return { log, foot, people };
  }
}

/** Elements of the server's page that are about its room or its request. */
const CONTENT = 'noscript, #foot > .fault';
const LISTS = '#rows, #people-list, #bots-notice, #people-note, #body';
const HIDDEN = '#beginning, #empty, #loading, #history-fault, #newer, #people-note, #members-section';

function emptied(element: HTMLElement): HTMLElement {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const one of copy.querySelectorAll(CONTENT)) one.remove();
  for (const one of copy.querySelectorAll(LISTS)) one.replaceChildren();
  for (const one of copy.querySelectorAll<HTMLElement>(HIDDEN)) one.hidden = true;
  return copy;
}
