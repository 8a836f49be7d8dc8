import type { AccessControl } from '../access/access-control.js';
import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { Mentions } from '../database/tables/mentions.js';
import type { Messages } from '../database/tables/messages.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { Presence } from '../presence/presence.js';
import { ChatError } from '../protocol/errors.js';
import { LOBBY, MAX_UNREAD, type Position } from '../protocol/message.js';
import type { PresentUsers } from '../protocol/presence.js';
import type { KnownRoom, Member, RoomEntry, RoomInfo } from '../protocol/room.js';
import { nameKeys } from '../protocol/text/name-key.js';
import { MemberCounts } from './member-counts.js';
import { claimed, type RoomCatalogue, unclaimed } from './room-catalogue.js';
import { LISTED_ROOMS, type RoomListing } from './room-listing.js';

export interface RoomDirectoryDependencies {
  access: AccessControl;
  catalogue: RoomCatalogue;
  limits: Pick<Limits, 'heavyWrites' | 'membership' | 'room'>;
  listing: RoomListing;
  memberships: MembershipTable;
  mentions: Mentions;
  messages: Messages;
  presence: Presence;
  roomTable: RoomTable;
  users: UserTable;
}

export interface RoomPage {
  rooms: RoomEntry[];
  /** The last name of this page; null on the last page. */
  next: string | null;
}

export interface MemberPage {
  members: Member[];
  /** Number of all members, at most `MAX_COUNTED_MEMBERS`. */
  total: number;
  /** The last member of this page; null on the last page. */
  next: Member | null;
}

/** Members on a page by default. */
export const MEMBERS_PER_PAGE = 1_000;
/** Sorts room 9 before room 10. */
const byName = new Intl.Collator('en', { numeric: true });

/** The list of rooms and their members, for pages, REST and sockets. */
export class RoomDirectory {
  readonly #dependencies: RoomDirectoryDependencies;
  readonly #memberCounts: MemberCounts;

  constructor(dependencies: RoomDirectoryDependencies) {
    this.#dependencies = dependencies;
    this.#memberCounts = new MemberCounts(dependencies.memberships);
  }

  /**
   * The rooms that the user has joined, by name, then the other listed rooms, those with the most users present first.
   * `isWhole`: there are no further rooms. @throws ChatError `database-unavailable`
   */
  async list(id_user: string): Promise<{ rooms: RoomEntry[]; isWhole: boolean }> {
    const { listing, memberships, roomTable } = this.#dependencies;
    const [joined, { rooms: listed, isWhole }] = await Promise.all([memberships.of(id_user), listing.read()]);
    const known = new Map(listed.map((room) => [room.name, room]));
    const names = joined.map(({ room }) => room);
    for (const room of (await roomTable.getMany(names.filter((name) => !known.has(name)))).values())
      known.set(room.name, claimed(room));
    const rooms = [...new Set([...names, ...known.keys()])].map((name) => known.get(name) ?? unclaimed(name));
    const entries = await this.#describe(rooms, joined, id_user);
    entries.sort(
      (a, b) =>
        Number(b.joined) - Number(a.joined) ||
        (a.joined ? 0 : (b.users ?? 0) - (a.users ?? 0)) ||
        byName.compare(a.name, b.name),
    );
    return { rooms: entries.slice(0, joined.length + LISTED_ROOMS), isWhole };
  }

  /** All rooms in the order of their names, page by page; see RoomCatalogue. @throws ChatError `database-unavailable` */
  async page(after: string | null, limit: number, id_user: string): Promise<RoomPage> {
    const { catalogue, memberships } = this.#dependencies;
    const [{ rooms, next }, joined] = await Promise.all([
      catalogue.page(after, limit),
      memberships.of(id_user),
    ]);
    return { rooms: await this.#describe(rooms, joined, id_user), next };
  }

  /** Any room, also one that was never created or used. @throws ChatError `database-unavailable` */
  async info(room: string, id_user: string): Promise<RoomEntry> {
    const { memberships, roomTable } = this.#dependencies;
    const [info, membership] = await Promise.all([roomTable.get(room), memberships.get(room, id_user)]);
    const [entry] = await this.#describe(
      [info ? claimed(info) : unclaimed(room)],
      membership ? [membership] : [],
      id_user,
    );
    return entry!;
  }

  /**
   * Creates a room; its creator is its first member. Takes cleaned fields, and the creator's address, for limits.
   * @throws ChatError `room-exists`, `room-in-use`, `rate-limited`, `too-many-rooms`, `database-unavailable`
   */
  async create({
    by,
    address,
    ...room
  }: Pick<RoomInfo, 'name' | 'topic' | 'access'> & {
    by: Person;
    address?: string | undefined;
  }): Promise<RoomEntry> {
    const { limits, roomTable } = this.#dependencies;
    const { name } = room;
    // Every visitor arrives in the lobby, so no user may make it a room for members.
    if (name === LOBBY) throw roomExists('the lobby exists already, and is open to all users');
    if (await roomTable.get(name)) throw roomExists(`there is a room ${JSON.stringify(name)}`);
    await limits.room(by.id_user, address);
    return limits.heavyWrites.run(address, () => this.#write(room, by));
  }

  async #write(room: Pick<RoomInfo, 'name' | 'topic' | 'access'>, by: Person): Promise<RoomEntry> {
    const { listing, memberships, roomTable } = this.#dependencies;
    const { name } = room;
    const alike = looksLikeLobby(name) ? LOBBY : await roomTable.lookAlike(name);
    if (alike !== null) throw roomExists(`the name looks like that of the room ${JSON.stringify(alike)}`);
    await this.#checkClaim(name, room.access, by.id_user);
    const wasMember = (await memberships.get(name, by.id_user)) !== undefined;
    // Before the room can be for members: otherwise its creator would be removed from it for a moment.
    await this.#addMember(name, by);
    try {
      await roomTable.create({ ...room, by: by.id_user });
    } catch (error) {
      if (!wasMember) await memberships.leave(name, by.id_user);
      throw error;
    }
    listing.invalidate();
    return this.info(name, by.id_user);
  }

  /**
   * Makes a user a member. Joining twice is no error.
   * @param address the user's address, for limits
   * @throws ChatError `rate-limited`, `too-many-rooms`, `database-unavailable`
   */
  async join(room: string, person: Person, address?: string): Promise<void> {
    const { limits } = this.#dependencies;
    await limits.membership(person.id_user, address);
    await limits.heavyWrites.run(address, () => this.#addMember(room, person));
  }

  /**
   * Ends a membership. Leaving a room without a membership is no error.
   * @param address the user's address, for limits
   * @throws ChatError `rate-limited`, `database-unavailable`
   */
  async leave(room: string, id_user: string, address?: string): Promise<void> {
    const { limits, memberships } = this.#dependencies;
    await limits.membership(id_user, address);
    await limits.heavyWrites.run(address, () => memberships.leave(room, id_user));
  }

  /**
   * Stores the position up to which a member has read. It only moves forward.
   * @returns the position after the write
   * @throws ChatError `not-a-member`, `database-unavailable`
   */
  async markRead(room: string, id_user: string, position: Position): Promise<Position> {
    const read = await this.#dependencies.memberships.markRead(room, id_user, position);
    if (!read)
      throw new ChatError('not-a-member', 'join first: read positions are kept for members only', {
        field: 'room',
      });
    return read;
  }

  /** The position up to which a member has read; null for a user who has not joined. @throws ChatError `database-unavailable` */
  async unreadSince(room: string, id_user: string): Promise<Position | null> {
    const membership = await this.#dependencies.memberships.get(room, id_user);
    return membership ? readUpTo(membership) : null;
  }

  /** The members in the order of joining. @throws ChatError `not-a-member`, `database-unavailable` */
  async members(
    room: string,
    by: string,
    after: Pick<Member, 'joined' | 'id_user'> | null = null,
    limit = MEMBERS_PER_PAGE,
  ): Promise<MemberPage> {
    const { access, memberships, presence, users } = this.#dependencies;
    await access.check(room, by);
    const [found, total, present] = await Promise.all([
      memberships.in(room, after, limit + 1),
      this.#memberCounts.in(room),
      presence.users(room),
    ]);
    const shown = found.slice(0, limit);
    const known = await users.getMany(shown.map(({ id_user }) => id_user));
    const here = new Set(present.users.map(({ id_user }) => id_user));
    // Rights may have ended since.
    await access.check(room, by);
    const members = shown.map(({ id_user, joined }) => ({
      id_user,
      name: known.get(id_user)?.name ?? null,
      joined,
      present: here.has(id_user),
    }));
    // The members on this page are counted, although the count may be older.
    const isWhole = after === null && found.length <= limit;
    return {
      members,
      total: isWhole ? members.length : Math.max(total, members.length),
      next: found.length > limit ? (members.at(-1) ?? null) : null,
    };
  }

  /** The users present in a room, by socket, over all processes. @throws ChatError `not-a-member`, `database-unavailable` */
  async present(room: string, by: string): Promise<PresentUsers> {
    const { access, presence } = this.#dependencies;
    await access.check(room, by);
    const users = await presence.users(room);
    // The answer may depend on other processes, and rights may have ended since.
    await access.check(room, by);
    return users;
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

  async #describe(
    rooms: readonly KnownRoom[],
    joined: readonly MembershipInfo[],
    id_user: string,
  ): Promise<RoomEntry[]> {
    const { mentions, messages, presence } = this.#dependencies;
    const memberships = new Map(joined.map((membership) => [membership.room, membership]));
    const visible = rooms.filter(({ name, access }) => access === 'open' || memberships.has(name));
    const own = rooms.flatMap(({ name }) => memberships.get(name) ?? []);
    const places = own.map((membership) => ({ room: membership.room, after: readUpTo(membership) }));
    const [{ rooms: counts }, unread, mentioned] = await Promise.all([
      presence.counts(visible.map(({ name }) => name)),
      messages.countAfter(places, MAX_UNREAD),
      mentions.countAfter(id_user, places),
    ]);
    const index = new Map(own.map(({ room }, i) => [room, i]));
    const countIn = (room: string, found: readonly number[]) => found[index.get(room) ?? -1] ?? null;
    return rooms.map((room) => ({
      ...room,
      joined: memberships.has(room.name),
      users: counts.get(room.name)?.users ?? null,
      unread: countIn(room.name, unread),
      mentions: countIn(room.name, mentioned),
    }));
  }

  async #addMember(room: string, { id_user, name }: Person): Promise<void> {
    const { memberships, users } = this.#dependencies;
    // Members are listed by name, also those who have never chosen one.
    await users.introduce(id_user, name);
    await memberships.join(room, id_user);
  }
}

const looksLikeLobby = (name: string) => nameKeys(name).some((key) => LOBBY_KEYS.includes(key));
const LOBBY_KEYS = nameKeys(LOBBY);

interface Person {
  id_user: string;
  name: string;
}

/** Before the first reading, the messages since joining are unread. */
function readUpTo({ read, joined }: MembershipInfo): Position {
  return read ?? { sent: joined ?? 0, id: '' };
}

function roomInUse(message: string, field = 'name'): ChatError {
  return new ChatError('room-in-use', message, { field });
}

function roomExists(message: string): ChatError {
  return new ChatError('room-exists', message, { field: 'name' });
}
