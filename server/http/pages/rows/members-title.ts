import { MAX_COUNTED_MEMBERS } from '../../../protocol/message.js';
import { t } from '../texts/text.js';

/**
 * The heading of the list of members. The members of an open room follow it: everyone can read it and write in it.
 * @param total as the API counts it; null: not known yet
 */
export function membersTitle(isOpen: boolean, total: number | null): string {
  if (total === null) return isOpen ? t('followers.title') : t('common.members');
  if (total >= MAX_COUNTED_MEMBERS)
    return isOpen ? t('followers.countOrMore', { count: total }) : t('members.countOrMore', { count: total });
  return isOpen ? t('followers.count', { count: total }) : t('members.count', { count: total });
}

/** The text of an empty list. */
export function noMembers(isOpen: boolean): string {
  return isOpen ? t('followers.none') : t('members.none');
}
