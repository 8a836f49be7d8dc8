import type { RoomEntry } from '../../../protocol/room.js';
import { t } from '../texts/text.js';
import { type Child, classes, type ElementTree, element } from './element.js';
import { icon } from './icon.js';
import { unreadText } from './room-list.js';

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
  const { name, topic, access, users, unread, mentions } = entry;
  const attributes = {
    href,
    'aria-current': isCurrent && 'page',
    class: classes(unread && 'has-unread'),
    'data-action': 'open',
  };
  const link = element(
    'a',
    attributes,
    element('span', { class: 'room-mark', 'aria-hidden': 'true' }, roomMark(access)),
    element(
      'span',
      { class: 'room-text' },
      element('bdi', { class: 'room-name' }, name),
      access !== 'open' && unseen(accessWords(access)),
      topic !== '' && unseen(', '),
      topic !== '' && element('bdi', { class: 'room-topic', title: topic }, topic),
    ),
    isUnsent && mark('badge', t('rooms.unsent'), t('rooms.messageSuffix')),
    hasDraft && !isUnsent && mark('badge', t('rooms.draft')),
    users ? mark('room-users', `${users}`, t('rooms.hereSuffix')) : null,
    mentions
      ? mark(
          'room-unread room-mentions',
          `@${unreadText(mentions)}`,
          t('rooms.mentionsSuffix', { count: mentions }),
        )
      : null,
    unread ? mark('room-unread', unreadText(unread), t('rooms.unreadSuffix', { count: unread })) : null,
  );
  return element('li', {}, link);
}

/** A note at the end of a row. `rest`: the rest of its text for screen readers. */
function mark(look: string, text: string, rest = ''): ElementTree {
  return element('span', { class: look }, unseen(', '), text, rest !== '' && unseen(rest));
}

const unseen = (text: string) => element('span', { class: 'unseen' }, text);

/** The access of a room after its name, for screen readers. */
export function accessWords(access: RoomEntry['access']): string {
  if (access === 'open') return '';
  return access === 'members' ? t('room.forMembers') : t('room.private');
}

/** The sign before a room's name. */
export function roomMark(access: RoomEntry['access']): ElementTree | string {
  return access === 'open' ? '#' : icon('lock');
}

/** A group of rooms; `list` holds their rows. */
export function roomSection<Slot = never>(title: string, list: Child<NoInfer<Slot>>): ElementTree<Slot> {
  return element('section', {}, element('h2', {}, title), list);
}
