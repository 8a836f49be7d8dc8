import type { Identity } from '../../auth/guest.js';
import type { RoomEntry } from '../../protocol/room.js';
import { toHtml } from './html.js';
import type { RejectedForm } from './rejected-form.js';
import { avatar } from './rows/avatar.js';
import { element } from './rows/element.js';
import { faultText } from './rows/fault-text.js';
import { type IconName, icon } from './rows/icon.js';
import { membershipWords } from './rows/membership-words.js';
import { roomGroups, unclaimedRoom } from './rows/room-list.js';
import { asUser, memberPath, roomPath, searchPath } from './rows/room-path.js';
import { accessWords, roomRow, roomSection } from './rows/room-row.js';

export interface SidePanelModel {
  /** The room that the page shows; on a page without one, the room to which it leads back. */
  room: string;
  /** False: the page shows no room. */
  isRoomShown?: boolean;
  user: Identity;
  /** Id of the playground user that the address names; null on other pages. */
  as: string | null;
  /** The directory as the reader sees it. */
  rooms: readonly RoomEntry[];
  rejected?: RejectedForm | undefined;
  /** The user cannot choose a name. */
  isNameGiven: boolean;
}

/** The variables of views/side.pug: the list of rooms, and the form with the user's name. */
export function sidePanel({
  room,
  isRoomShown = true,
  user,
  as,
  rooms,
  rejected,
  isNameGiven,
}: SidePanelModel) {
  const entry = rooms.find(({ name }) => name === room) ?? unclaimedRoom(room);
  return {
    isNameGiven,
    room,
    user,
    as,
    entry,
    accessWords: accessWords(entry.access),
    words: membershipWords(entry.access, room),
    path: roomPath(room, as),
    roomsHtml: roomsHtml(rooms, { room, isRoomShown, as }),
    rejected,
    lobbyPath: roomPath('lobby', as),
    joinPath: memberPath(room, 'join', as),
    leavePath: memberPath(room, 'leave', as),
    namePath: asUser('/name', as),
    mentionsPath: asUser('/mentions', as),
    searchPath: searchPath(room, as),
    settingsPath: asUser('/settings', as),
    roomsPath: asUser('/rooms', as),
    newRoomPath: asUser('/rooms/new', as),
    goPath: as === null ? '/r/' : '/ui/',
    avatarHtml: toHtml(avatar(user)),
    faultText,
    /** Icons of the templates. */
    icon: (name: IconName) => toHtml(icon(name)),
  };
}

function roomsHtml(
  rooms: readonly RoomEntry[],
  { room, isRoomShown, as }: { room: string; isRoomShown: boolean; as: string | null },
): string {
  const sections = roomGroups(rooms, { current: room }).map(({ title, rooms }) => {
    const rows = rooms.map((entry) =>
      roomRow(entry, { href: roomPath(entry.name, as), isCurrent: isRoomShown && entry.name === room }),
    );
    return roomSection(title, element('ul', {}, ...rows));
  });
  return toHtml(...sections);
}
