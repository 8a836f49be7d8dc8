import { MAX_COUNTED_MEMBERS } from '../../../protocol/message.js';
import { t } from '../texts/text.js';

/** The heading of a list of members. @param total as the API counts it */
export function membersTitle(total: number): string {
  return total >= MAX_COUNTED_MEMBERS
    ? t('members.countOrMore', { count: total })
    : t('members.count', { count: total });
}
