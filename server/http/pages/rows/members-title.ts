import { MAX_COUNTED_MEMBERS } from '../../../protocol/message.js';

/** The heading of a list of members. @param total as the API counts it */
export function membersTitle(total: number): string {
  const count = `${total.toLocaleString('en')}${total >= MAX_COUNTED_MEMBERS ? '+' : ''}`;
  return total === 1 ? '1 member' : `${count} members`;
}
