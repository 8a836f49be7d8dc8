import type { AccessControl } from '../access/access-control.js';
import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { Mentions } from '../database/tables/mentions.js';
import type { Messages } from '../database/tables/messages.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { Presence } from '../presence/presence.js';
import { MAX_UNREAD, type Position } from '../protocol/message.js';
import type { PresentUsers } from '../protocol/presence.js';
import type { KnownRoom, Member, MemberRole, RoomEntry } from '../protocol/room.js';
import { MemberCounts } from './member-counts.js';
import { claimed, compareNames, type RoomCatalogue, unclaimed } from './room-catalogue.js';
import { addMember, type NewRoom, type Person, RoomCreation } from './room-creation.js';
import { LISTED_ROOMS, type RoomListing } from './room-listing.js';
import { RoomMembers } from './room-members.js';

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
  readonly #creation: RoomCreation;
  readonly #members: RoomMembers;

  constructor(dependencies: RoomDirectoryDependencies) {
    this.#dependencies = dependencies;
    this.#memberCounts = new MemberCounts(dependencies.memberships);
    this.#creation = new RoomCreation(dependencies);
    this.#members = new RoomMembers(dependencies);
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

  /**
   * All rooms in the order of their names, page by page; see RoomCatalogue. Private rooms that the user has joined are among
   * them. @throws ChatError `database-unavailable`
   */
  async page(after: string | null, limit: number, id_user: string): Promise<RoomPage> {
    const { catalogue, memberships, roomTable } = this.#dependencies;
    const [page, joined] = await Promise.all([catalogue.page(after, limit), memberships.of(id_user)]);
    const own = [...(await roomTable.getMany(joined.map(({ room }) => room))).values()].filter(
      ({ name, access }) =>
        access === 'private' &&
        (after === null || compareNames(name, after) > 0) &&
        (page.next === null || compareNames(name, page.next) <= 0),
    );
    const rooms = [...page.rooms, ...own.map(claimed)].sort((a, b) => compareNames(a.name, b.name));
    const shown = rooms.slice(0, limit);
    const next = rooms.length > limit ? (shown.at(-1)?.name ?? null) : page.next;
    return { rooms: await this.#describe(shown, joined, id_user), next };
  }

  /** Any room, also one that was never created or used. @throws ChatError `no-such-room`, `database-unavailable` */
  async info(room: string, id_user: string): Promise<RoomEntry> {
    const { access, memberships, roomTable } = this.#dependencies;
    await access.authorise(room, id_user, 'see');
    const [info, membership] = await Promise.all([roomTable.get(room), memberships.get(room, id_user)]);
    const [entry] = await this.#describe(
      [info ? claimed(info) : unclaimed(room)],
      membership ? [membership] : [],
      id_user,
    );
    return { ...entry!, ...(info?.description && { description: info.description }) };
  }

  /** See RoomCreation. */
  async create(room: NewRoom): Promise<RoomEntry> {
    await this.#creation.create(room);
    return this.info(room.name, room.by.id_user);
  }

  /**
   * Makes a user a member. Joining twice is no error.
   * @param address the user's address, for limits
   * @throws ChatError `no-such-room`, `request-needed`, `rate-limited`, `too-many-rooms`, `database-unavailable`
   */
  async join(room: string, person: Person, address?: string): Promise<void> {
    const { access, limits } = this.#dependencies;
    await limits.membership(person.id_user, address);
    await access.authorise(room, person.id_user, 'join');
    await limits.heavyWrites.run(address, () => addMember(room, person, this.#dependencies));
  }

  /**
   * Ends a membership, see RoomMembers. Leaving a room without a membership is no error.
   * @param address the user's address, for limits
   * @throws ChatError `rate-limited`, `database-unavailable`
   */
  async leave(room: string, id_user: string, address?: string): Promise<void> {
    const { limits } = this.#dependencies;
    await limits.membership(id_user, address);
    await limits.heavyWrites.run(address, () => this.#members.leave(room, id_user));
  }

  /**
   * Stores the position up to which a member has read. It only moves forward.
   * @returns the position after the write
   * @throws ChatError `not-a-member`, `database-unavailable`
   */
  async markRead(room: string, id_user: string, position: Position): Promise<Position> {
    await this.#dependencies.access.authorise(room, id_user, 'mark-read');
    const read = await this.#dependencies.memberships.markRead(room, id_user, position);
    return read ?? position;
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
    const { access, memberships, presence, roomTable, users } = this.#dependencies;
    await access.authorise(room, by, 'read');
    const [found, total, present] = await Promise.all([
      memberships.in(room, after, limit + 1),
      this.#memberCounts.in(room),
      presence.users(room),
    ]);
    const shown = found.slice(0, limit);
    const known = await users.getMany(shown.map(({ id_user }) => id_user));
    const here = new Set(present.users.map(({ id_user }) => id_user));
    // Rights may have ended since.
    await access.authorise(room, by, 'read');
    const owner = (await roomTable.get(room))?.owner;
    const members = shown.map(({ id_user, joined, role }) => ({
      id_user,
      name: known.get(id_user)?.name ?? null,
      role: id_user === owner ? ('owner' as const) : role,
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

  /** Those of the rooms that are not private. @throws ChatError `database-unavailable` */
  async listed(rooms: readonly string[]): Promise<Set<string>> {
    const created = await this.#dependencies.roomTable.getMany(rooms);
    return new Set(rooms.filter((room) => created.get(room)?.access !== 'private'));
  }

  /** The users present in a room, by socket, over all processes. @throws ChatError a refusal of `read`, `database-unavailable` */
  async present(room: string, by: string): Promise<PresentUsers> {
    const { access, presence } = this.#dependencies;
    await access.authorise(room, by, 'read');
    const users = await presence.users(room);
    // The answer may depend on other processes, and rights may have ended since.
    await access.authorise(room, by, 'read');
    return users;
  }

  async #describe(
    rooms: readonly KnownRoom[],
    joined: readonly MembershipInfo[],
    id_user: string,
  ): Promise<RoomEntry[]> {
    const { access, mentions, messages, presence } = this.#dependencies;
    const isOperator = access.isOperator(id_user);
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
    return rooms.map(({ description: _, ...room }) => ({
      ...room,
      joined: memberships.has(room.name),
      role: isOperator ? ('operator' as const) : roleIn(room, memberships.get(room.name)),
      users: counts.get(room.name)?.users ?? null,
      unread: countIn(room.name, unread),
      mentions: countIn(room.name, mentioned),
    }));
  }
}

/** Before the first reading, the messages since joining are unread. */
function readUpTo({ read, joined }: MembershipInfo): Position {
  return read ?? { sent: joined ?? 0, id: '' };
}

/** @param membership undefined for a user who is not a member */
function roleIn({ owner }: KnownRoom, membership: MembershipInfo | undefined): MemberRole | null {
  return membership ? (membership.id_user === owner ? 'owner' : membership.role) : null;
}
