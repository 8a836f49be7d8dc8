import type { MemberRole } from '../../../protocol/room.js';
import { t } from '../texts/text.js';
import { avatar } from './avatar.js';
import { type Child, type ElementTree, element } from './element.js';
import { roleText } from './role-text.js';

/** A member of a room, as a reader sees it. */
export interface ListedMember {
  id_user: string;
  /** Null for a user without a known name. */
  name: string | null;
  isPresent: boolean;
  isSelf: boolean;
  role: MemberRole;
}

/** A member in the list of the members of a room. @param details placed at the end */
export function memberRow<Slot = never>(
  { id_user, name, isPresent, isSelf, role }: ListedMember,
  ...details: Child<NoInfer<Slot>>[]
): ElementTree<Slot> {
  const shown = name ?? id_user;
  return element<Slot>(
    'li',
    {},
    avatar({ id_user, name: shown }),
    element('bdi', { class: 'person-name' }, shown),
    isSelf && element('span', { class: 'badge' }, t('common.you')),
    role !== 'member' && element('span', { class: 'badge' }, roleText(role)),
    isPresent &&
      element(
        'span',
        { class: 'presence-dot', title: t('members.hereNow') },
        element('span', { class: 'unseen' }, t('members.isHereNow')),
      ),
    ...details,
  );
}
