import { type RoomGroup, roomLabel, unreadText } from '../../server/http/pages/rows/room-list.js';
import { roomPath } from '../../server/http/pages/rows/room-path.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import { byId, h, icon } from './elements.js';
import { KeyedList } from './keyed-list.js';

export interface RoomListContent {
  groups: readonly RoomGroup[];
  current: string;
  /** Rooms in which something waits to be sent. */
  unsent: ReadonlySet<string>;
  /** Id of the user who the page is by its address. */
  as: string | null;
}

/** Draws the list of rooms. */
export class RoomListView {
  readonly #sections = new KeyedList(byId('rooms'));
  readonly #lists = new Map<string, KeyedList>();

  render({ groups, current, unsent, as }: RoomListContent): void {
    this.#sections.render(
      groups.map(({ title }) => ({ key: title, version: [], draw: () => this.#section(title) })),
    );
    for (const { title, rooms } of groups) {
      this.#lists.get(title)?.render(
        rooms.map((entry) => {
          const isCurrent = entry.name === current;
          const isUnsent = !isCurrent && unsent.has(entry.name);
          return {
            key: entry.name,
            version: [JSON.stringify(entry), isCurrent, isUnsent],
            draw: () => drawRoom(entry, { isCurrent, isUnsent, href: roomPath(entry.name, as) }),
          };
        }),
      );
    }
  }

  /** Brings the room that is shown into sight. */
  reveal(): void {
    byId('rooms').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  #section(title: string): HTMLElement {
    const list = h('ul');
    this.#lists.set(title, new KeyedList(list));
    return h('section', {}, h('h2', {}, title), list);
  }
}

/** A room in the list, as views/side.pug draws it too. */
function drawRoom(
  entry: RoomEntry,
  { isCurrent, isUnsent, href }: { isCurrent: boolean; isUnsent: boolean; href: string },
): HTMLElement {
  const { name, topic, access, users, unread } = entry;
  const label = roomLabel(entry) + (isUnsent ? ', something waits to be sent' : '');
  return h(
    'li',
    {},
    h(
      'a',
      {
        href,
        'aria-current': isCurrent && 'page',
        'aria-label': label,
        class: unread ? 'has-unread' : null,
        'data-action': 'open',
      },
      h('span', { class: 'room-mark' }, access === 'members' ? icon('lock') : '#'),
      h(
        'span',
        { class: 'room-text' },
        h('bdi', { class: 'room-name' }, name),
        topic !== '' && h('bdi', { class: 'room-topic' }, topic),
      ),
      isUnsent && h('span', { class: 'badge' }, 'unsent'),
      users ? h('span', { class: 'room-users' }, `${users}`) : null,
      unread ? h('span', { class: 'room-unread' }, unreadText(unread)) : null,
    ),
  );
}
