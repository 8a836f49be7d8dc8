import { RoomMembers, type RoomMembersDependencies } from './room-members.js';
import { RoomSettings, type RoomSettingsDependencies } from './room-settings.js';

/** The parts that change rooms and their members for users with the right to. */
export interface RoomAdministration {
  roomMembers: RoomMembers;
  roomSettings: RoomSettings;
}

export function createRoomAdministration(
  dependencies: RoomMembersDependencies & RoomSettingsDependencies,
): RoomAdministration {
  return { roomMembers: new RoomMembers(dependencies), roomSettings: new RoomSettings(dependencies) };
}
