import type { Database } from '../database/connection/database.js';
import { InvitationTable } from '../database/tables/invitation-table.js';
import { JoinRequestTable } from '../database/tables/join-request-table.js';
import { Invitations, type InvitationsDependencies } from './invitations.js';
import { JoinRequests, type JoinRequestsDependencies } from './join-requests.js';
import { RoomMembers, type RoomMembersDependencies } from './room-members.js';
import { RoomSettings, type RoomSettingsDependencies } from './room-settings.js';

/** The parts that change rooms and their members for users with the right to. */
export interface RoomAdministration {
  invitations: Invitations;
  joinRequests: JoinRequests;
  roomMembers: RoomMembers;
  roomSettings: RoomSettings;
}

export type RoomAdministrationDependencies = RoomMembersDependencies &
  RoomSettingsDependencies &
  Omit<InvitationsDependencies, 'invitationTable'> &
  Omit<JoinRequestsDependencies, 'joinRequestTable'>;

export function createRoomAdministration(
  database: Database,
  dependencies: RoomAdministrationDependencies,
): RoomAdministration {
  const tables = {
    invitationTable: new InvitationTable(database),
    joinRequestTable: new JoinRequestTable(database),
  };
  return {
    invitations: new Invitations({ ...dependencies, ...tables }),
    joinRequests: new JoinRequests({ ...dependencies, ...tables }),
    roomMembers: new RoomMembers(dependencies),
    roomSettings: new RoomSettings(dependencies),
  };
}
