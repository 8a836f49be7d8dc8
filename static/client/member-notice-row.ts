import type { MemberNotice, User } from 'changeroom-client';
import { type ElementTree, element } from '../../server/http/pages/rows/element.js';
import { messageTime } from '../../server/http/pages/rows/message-row.js';
import { t } from '../../server/http/pages/texts/text.js';
import { LOCAL_TIME } from './times.js';

/** Names that a line shows if there are more users. */
const SHOWN_NAMES = 2;
/** Unicode's First Strong Isolate and Pop Directional Isolate: a name does not change the direction of the text around it. */
const [ISOLATE, END_OF_ISOLATE] = ['\u2068', '\u2069'];

/**
 * The text of a line, such as `Mary, John and 3 others joined · Ann left`.
 * @param self id of the reader, who is addressed as "you"
 * @param isOpen users follow an open room, and join others
 */
export function noticeText(notice: MemberNotice, self: string | null, isOpen: boolean): string {
  const { joined, left, othersJoined, othersLeft } = notice;
  const joining = joined.length + othersJoined;
  const leaving = left.length + othersLeft;
  const isSelf = ([user]: readonly User[]) => user?.id_user === self;
  const parts: string[] = [];
  if (joining === 1 && isSelf(joined)) parts.push(isOpen ? t('notice.youFollow') : t('notice.youJoined'));
  else if (joining > 0) {
    const values = { count: joining, people: people(joined, othersJoined, self) };
    parts.push(isOpen ? t('notice.follows', values) : t('notice.joined', values));
  }
  if (leaving === 1 && isSelf(left)) parts.push(isOpen ? t('notice.youUnfollow') : t('notice.youLeft'));
  else if (leaving > 0) {
    const values = { count: leaving, people: people(left, othersLeft, self) };
    parts.push(isOpen ? t('notice.unfollows', values) : t('notice.left', values));
  }
  return parts.join(' · ');
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

function people(users: readonly User[], others: number, self: string | null): string {
  const total = users.length + others;
  const isSelf = ({ id_user }: User) => id_user === self;
  const names = [...users]
    .sort((a, b) => Number(isSelf(b)) - Number(isSelf(a)))
    .map((user) => (isSelf(user) ? t('notice.you') : ISOLATE + user.name + END_OF_ISOLATE));
  if (names.length === 0) return t('notice.users', { count: total });
  // One more name takes no more space than "1 other".
  const shown = total <= SHOWN_NAMES + 1 ? names : names.slice(0, SHOWN_NAMES);
  const rest = total - shown.length;
  const parts = rest > 0 ? [...shown, t('notice.others', { count: rest })] : shown;
  return new Intl.ListFormat(t('locale')).format(parts);
}
