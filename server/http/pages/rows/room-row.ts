import type { RoomEntry } from '../../../protocol/room.js';
import { type Child, classes, type ElementTree, element } from './element.js';
import { icon } from './icon.js';
import { roomLabel, unreadText } from './room-list.js';

export interface RoomRowOptions {
  href: string;
  isCurrent: boolean;
  /** A message to the room waits in the browser. */
  isUnsent?: boolean;
  /** The browser has a text that the reader has begun to write. */
  hasDraft?: boolean;
}

/** A room in the list of rooms. */
export function roomRow(
  entry: RoomEntry,
  { href, isCurrent, isUnsent = false, hasDraft = false }: RoomRowOptions,
): ElementTree {
  const { name, topic, access, users, unread } = entry;
  const attributes = {
    href,
    'aria-current': isCurrent && 'page',
    'aria-label': roomLabel(entry) + (isUnsent ? ', has an unsent message' : hasDraft ? ', has a draft' : ''),
    class: classes(unread && 'has-unread'),
    'data-action': 'open',
  };
  const link = element(
    'a',
    attributes,
    element('span', { class: 'room-mark' }, roomMark(access)),
    element(
      'span',
      { class: 'room-text' },
      element('bdi', { class: 'room-name' }, name),
      topic !== '' && element('bdi', { class: 'room-topic' }, topic),
    ),
    isUnsent && element('span', { class: 'badge' }, 'unsent'),
    hasDraft && !isUnsent && element('span', { class: 'badge' }, 'draft'),
    users ? element('span', { class: 'room-users' }, `${users}`) : null,
    unread ? element('span', { class: 'room-unread' }, unreadText(unread)) : null,
  );
  return element('li', {}, link);
}

/** The sign before a room's name. */
export function roomMark(access: RoomEntry['access']): ElementTree | string {
  return access === 'members' ? icon('lock') : '#';
}

/** A group of rooms; `list` holds their rows. */
export function roomSection<Slot = never>(title: string, list: Child<NoInfer<Slot>>): ElementTree<Slot> {
  return element('section', {}, element('h2', {}, title), list);
}
