import type { ElementTree } from '../../server/http/pages/rows/element.js';
import type { RoomGroup } from '../../server/http/pages/rows/room-list.js';
import { roomPath } from '../../server/http/pages/rows/room-path.js';
import { roomRow, roomSection } from '../../server/http/pages/rows/room-row.js';
import { byId, h } from './elements.js';
import { KeyedList } from './keyed-list.js';

export interface RoomListContent {
  groups: readonly RoomGroup[];
  current: string;
  /** Rooms with messages that are not sent yet. */
  unsent: ReadonlySet<string>;
  /** Rooms with a text that the user has begun to write. */
  drafts: ReadonlySet<string>;
  /** Id of the playground user that the address names; null on other pages. */
  as: string | null;
}

/** Draws the list of rooms. */
export class RoomListView {
  readonly #sections = new KeyedList(byId('rooms'));
  readonly #lists = new Map<string, KeyedList>();

  render({ groups, current, unsent, drafts, as }: RoomListContent): void {
    this.#sections.render(
      groups.map(({ title }) => ({ key: title, version: [], draw: () => this.#section(title) })),
    );
    for (const { title, rooms } of groups) {
      this.#lists.get(title)?.render(
        rooms.map((entry) => {
          const isCurrent = entry.name === current;
          const isUnsent = !isCurrent && unsent.has(entry.name);
          const hasDraft = !isCurrent && drafts.has(entry.name);
          const options = { isCurrent, isUnsent, hasDraft, href: roomPath(entry.name, as) };
          return {
            key: entry.name,
            version: [JSON.stringify(entry), isCurrent, isUnsent, hasDraft],
            draw: () => roomRow(entry, options),
          };
        }),
      );
    }
  }

  /** Scrolls the current room into view. */
  reveal(): void {
    byId('rooms').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  #section(title: string): ElementTree<Node> {
    const list = h('ul');
    this.#lists.set(title, new KeyedList(list));
    return roomSection<Node>(title, list);
  }
}
