import type { MemberNotice, User } from 'changeroom-client';
import { type ElementTree, element } from '../../server/http/pages/rows/element.js';
import { messageTime } from '../../server/http/pages/rows/message-row.js';
import { LOCAL_TIME } from './times.js';

/** Names that a line shows if there are more users. */
const SHOWN_NAMES = 2;
/** Unicode's First Strong Isolate and Pop Directional Isolate: a name does not change the direction of the text around it. */
const [ISOLATE, END_OF_ISOLATE] = ['\u2068', '\u2069'];

/**
 * The text of a line, such as `Mary, John and 3 others joined · Ann left`.
 * @param self id of the reader, who is addressed as "you"
 */
export function noticeText(notice: MemberNotice, self: string | null): string {
  const { joined, left, othersJoined, othersLeft } = notice;
  return [people(joined, othersJoined, self, 'joined'), people(left, othersLeft, self, 'left')]
    .filter((part) => part !== null)
    .join(' · ');
}

/** Screen readers read the line in its place, but do not announce it: a log announces what is added to it. */
export function noticeRow({ at }: MemberNotice, text: string): ElementTree {
  return element(
    'li',
    { class: 'member-notice', 'aria-live': 'off' },
    element('span', {}, text),
    messageTime(at, LOCAL_TIME),
  );
}

function people(users: readonly User[], others: number, self: string | null, verb: string): string | null {
  const total = users.length + others;
  if (total === 0) return null;
  const names = users
    .map(({ id_user, name }) => (id_user === self ? 'You' : ISOLATE + name + END_OF_ISOLATE))
    .sort((a, b) => Number(b === 'You') - Number(a === 'You'));
  if (names.length === 0) return `${countOf(total, 'user')} ${verb}`;
  // One more name takes no more space than "1 other".
  const shown = total <= SHOWN_NAMES + 1 ? names : names.slice(0, SHOWN_NAMES);
  const rest = total - shown.length;
  const parts = rest > 0 ? [...shown, countOf(rest, 'other')] : shown;
  const last = parts.at(-1);
  return `${parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ` : ''}${last} ${verb}`;
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
