import type { MembershipTable } from '../database/tables/membership-table.js';
import type { Messages } from '../database/tables/messages.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { Presence } from '../presence/presence.js';
import { ChatError } from '../protocol/errors.js';
import { LOBBY } from '../protocol/message.js';
import type { RoomInfo } from '../protocol/room.js';
import { nameKeys } from '../protocol/text/name-key.js';
import type { RoomListing } from './room-listing.js';

export interface RoomCreationDependencies {
  limits: Pick<Limits, 'heavyWrites' | 'room'>;
  listing: Pick<RoomListing, 'invalidate'>;
  memberships: MembershipTable;
  messages: Pick<Messages, 'useOf'>;
  presence: Pick<Presence, 'users'>;
  roomTable: RoomTable;
  users: Pick<UserTable, 'introduce'>;
}

export interface Person {
  id_user: string;
  name: string;
}

export interface NewRoom extends Pick<RoomInfo, 'name' | 'topic' | 'access'> {
  by: Person;
  /** The creator's address, for limits. */
  address?: string | undefined;
}

/** Creates rooms. */
export class RoomCreation {
  readonly #dependencies: RoomCreationDependencies;

  constructor(dependencies: RoomCreationDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Creates a room; its creator is its first member. Takes cleaned fields, and the creator's address, for limits.
   * @throws ChatError `room-exists`, `room-in-use`, `rate-limited`, `too-many-rooms`, `database-unavailable`
   */
  async create({ by, address, ...room }: NewRoom): Promise<void> {
    const { limits, roomTable } = this.#dependencies;
    const { name } = room;
    // Every visitor arrives in the lobby, so no user may make it a room for members.
    if (name === LOBBY) throw roomExists('the lobby exists already, and is open to all users');
    if (await roomTable.get(name)) throw roomExists('there is a room with this name');
    await limits.room(by.id_user, address);
    return limits.heavyWrites.run(address, () => this.#write(room, by));
  }

  async #write(room: Pick<RoomInfo, 'name' | 'topic' | 'access'>, by: Person): Promise<void> {
    const { listing, memberships, roomTable } = this.#dependencies;
    const { name } = room;
    if (looksLikeLobby(name)) throw looksLike(LOBBY);
    const alike = await roomTable.lookAlike(name);
    if (alike?.access === 'private') throw roomExists('the name looks like that of another room');
    if (alike) throw looksLike(alike.name);
    await this.#checkClaim(name, room.access, by.id_user);
    const wasMember = (await memberships.get(name, by.id_user)) !== undefined;
    // Before the room can be for members: otherwise its creator would be removed from it for a moment.
    await addMember(name, by, this.#dependencies);
    try {
      await roomTable.create({ ...room, by: by.id_user });
    } catch (error) {
      if (!wasMember) await memberships.leave(name, by.id_user);
      throw error;
    }
    listing.invalidate();
  }

  /**
   * A room can be used without having been created. Creating it must not take it from its users: only one of its recent
   * authors can create it, and it stays open.
   * @throws ChatError `room-in-use`
   */
  async #checkClaim(name: string, access: RoomInfo['access'], by: string): Promise<void> {
    const { messages, presence } = this.#dependencies;
    const use = await messages.useOf(name, by);
    if (use.isUsed && !use.isAuthor)
      throw roomInUse('this room has messages: only one of its recent authors can create it');
    if (access === 'open') return;
    if (use.isUsed) throw roomInUse('this room has messages of other users and stays open', 'access');
    const { users } = await presence.users(name);
    if (users.some(({ id_user }) => id_user !== by))
      throw roomInUse('other users are in this room, so it stays open', 'access');
  }
}

/** Makes a user a member. @throws ChatError `too-many-rooms`, `database-unavailable` */
export async function addMember(
  room: string,
  { id_user, name }: Person,
  { memberships, users }: Pick<RoomCreationDependencies, 'memberships' | 'users'>,
): Promise<void> {
  // Members are listed by name, also those who have never chosen one.
  await users.introduce(id_user, name);
  await memberships.join(room, id_user);
}

const looksLikeLobby = (name: string) => nameKeys(name).some((key) => LOBBY_KEYS.includes(key));
const LOBBY_KEYS = nameKeys(LOBBY);

function roomInUse(message: string, field = 'name'): ChatError {
  return new ChatError('room-in-use', message, { field });
}

function looksLike(name: string): ChatError {
  return roomExists(`the name looks like that of the room ${JSON.stringify(name)}`);
}

function roomExists(message: string): ChatError {
  return new ChatError('room-exists', message, { field: 'name' });
}
