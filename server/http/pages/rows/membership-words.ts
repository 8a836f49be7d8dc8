import type { RoomEntry } from '../../../protocol/room.js';

interface MembershipWords {
  join: string;
  joinTitle: string;
  leave: string;
}

/** Everyone reads and writes in an open room, and so a reader follows it; a room for members is joined. */
const WORDS: Readonly<Record<RoomEntry['access'], MembershipWords>> = {
  open: {
    join: 'Follow',
    joinTitle: 'Adds this room to your rooms and counts its unread messages',
    leave: 'Unfollow',
  },
  members: { join: 'Join', joinTitle: 'Lets you read and write in this room', leave: 'Leave' },
};

/** The texts of the buttons for the membership of a room. */
export const membershipWords = (access: RoomEntry['access']): MembershipWords => WORDS[access];
