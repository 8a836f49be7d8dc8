import type { RoomEntry } from '../../../protocol/room.js';
import { t } from '../texts/text.js';

interface MembershipWords {
  join: string;
  joinTitle: string;
  leave: string;
  /** With the name of the room. */
  leaveRoom: string;
}

/**
 * The texts of the buttons for the membership of a room. Everyone reads and writes in an open room, and so a reader follows
 * it; a room for members is joined.
 */
export function membershipWords(access: RoomEntry['access'], room: string): MembershipWords {
  return access === 'open'
    ? {
        join: t('membership.follow'),
        joinTitle: t('membership.followHint'),
        leave: t('membership.unfollow'),
        leaveRoom: t('membership.unfollowRoom', { room }),
      }
    : {
        join: t('membership.join'),
        joinTitle: t('membership.joinHint'),
        leave: t('membership.leave'),
        leaveRoom: t('membership.leaveRoom', { room }),
      };
}
