import type { Identity } from '../../auth/guest.js';
import type { RoomEntry } from '../../protocol/room.js';
import type { RejectedForm } from './room-page.js';
import { hueClass, initials } from './rows/avatar.js';
import { ICONS } from './rows/icon.js';
import { roomGroups, roomLabel, unclaimedRoom, unreadText } from './rows/room-list.js';
import { asUser, memberPath, roomPath } from './rows/room-path.js';

export interface SidePanelModel {
  /** The room that is shown or, on a page without one, where the reader goes on. */
  room: string;
  user: Identity;
  /** Id of the user who the page is by its address. */
  as: string | null;
  /** The directory as the reader sees it. */
  rooms: readonly RoomEntry[];
  rejected?: RejectedForm | undefined;
  /** The user cannot choose a name. */
  isNameGiven: boolean;
}

/** What every page with the side panel asks for: the list of rooms, and who one is. */
export function sidePanel({ room, user, as, rooms, rejected, isNameGiven }: SidePanelModel) {
  return {
    isNameGiven,
    room,
    user,
    as,
    entry: rooms.find(({ name }) => name === room) ?? unclaimedRoom(room),
    path: roomPath(room, as),
    groups: roomGroups(rooms, { current: room }),
    rejected,
    pathOf: (name: string) => roomPath(name, as),
    lobbyPath: roomPath('lobby', as),
    joinPath: memberPath(room, 'join', as),
    leavePath: memberPath(room, 'leave', as),
    namePath: asUser('/name', as),
    roomsPath: asUser('/rooms', as),
    newRoomPath: asUser('/rooms/new', as),
    goPath: as === null ? '/r/' : '/ui/',
    roomLabel,
    unreadText,
    hueClass,
    initials,
    icons: ICONS,
  };
}
