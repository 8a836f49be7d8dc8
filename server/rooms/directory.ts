import type { MembershipTable } from '../database/membership-table.js';
import type { Messages } from '../database/messages.js';
import type { RoomInfo, RoomTable } from '../database/room-table.js';
import type { UserTable } from '../database/user-table.js';
import { ChatError } from '../errors.js';
import { comparePositions, LOBBY, type Position } from '../message.js';
import type { Presence, Users } from '../presence/presence.js';
import { nameKeys } from '../text/name-key.js';
import type { Access } from './access.js';

/** A room as one user sees it. A room that nobody created is open, and has no topic. */
export interface RoomEntry extends RoomInfo {
  joined: boolean;
  /** How many different users are there now; null where that is for members, and one is none. */
  users: number | null;
  /** Messages after what this user has read, counted up to `MAX_UNREAD`; null without having joined. */
  unread: number | null;
}

export interface Member {
  id_user: string;
  /** Null where nobody has said it here. */
  name: string | null;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  joined: number | null;
}

export interface DirectoryParts {
  access: Access;
  memberships: MembershipTable;
  messages: Messages;
  presence: Presence;
  roomTable: RoomTable;
  users: UserTable;
}

/** Where counting ends; more is shown as "100 or more". */
export const MAX_UNREAD = 100;

/** Milliseconds to wait for the tables, while they are not known yet. */
const READY = 5_000;
/** Milliseconds for a feed to bring back what was written; without it a caller might not see its own write. */
const REFLECTED = 2_000;
/** Room 9 stands before room 10. */
const byName = new Intl.Collator('en', { numeric: true });

/** What rooms there are, and who has joined them: for pages, REST and sockets alike. */
export class Directory {
  constructor(private readonly parts: DirectoryParts) {}

  /**
   * The rooms that somebody has created and those that the user has joined: the joined ones by name, then the others,
   * with the most people first. @throws ChatError `database-away`
   */
  async list(id_user: string): Promise<RoomEntry[]> {
    await this.ready();
    const { memberships, roomTable } = this.parts;
    const created = [...roomTable.live.values()].map(({ name }) => name);
    const entries = await this.describe([...new Set([...memberships.roomsOf(id_user), ...created])], id_user);
    return entries.sort(
      (a, b) =>
        Number(b.joined) - Number(a.joined) ||
        (a.joined ? 0 : (b.users ?? 0) - (a.users ?? 0)) ||
        byName.compare(a.name, b.name),
    );
  }

  /** Any room, also one that nobody has used yet. @throws ChatError `database-away` */
  async info(room: string, id_user: string): Promise<RoomEntry> {
    await this.ready();
    const [entry] = await this.describe([room], id_user);
    return entry!;
  }

  /**
   * Creates a room; its creator is its first member. Takes cleaned fields.
   * @throws ChatError `room-exists`, `database-away`
   */
  async create({
    by,
    ...room
  }: Pick<RoomInfo, 'name' | 'topic' | 'access'> & { by: Person }): Promise<RoomEntry> {
    const { memberships, roomTable } = this.parts;
    const { name } = room;
    // Where everybody arrives, nobody may lock others out.
    if (name === LOBBY) throw roomExists('the lobby is there already, for everybody');
    await this.ready();
    if (roomTable.get(name)) throw roomExists(`there is a room ${JSON.stringify(name)}`);
    const alike = looksLikeLobby(name) ? LOBBY : await roomTable.lookAlike(name);
    if (alike !== null) throw roomExists(`the name looks like that of the room ${JSON.stringify(alike)}`);
    const wasMember = memberships.get(name, by.id_user) !== undefined;
    // Before the room may be for members, or its creator would be sent away from it for a moment.
    await this.join(name, by);
    try {
      await roomTable.create({ ...room, by: by.id_user });
    } catch (error) {
      if (!wasMember) await this.leave(name, by.id_user);
      throw error;
    }
    await roomTable.live.reflects(() => roomTable.get(name) !== undefined, REFLECTED);
    return this.info(name, by.id_user);
  }

  /** Makes somebody a member; having joined already is no error. @throws ChatError `database-away` */
  async join(room: string, person: Person): Promise<void> {
    await this.ready();
    await this.introduce(person);
    await this.parts.memberships.join(room, person.id_user);
    await this.reflects(room, person.id_user, true);
  }

  /** Ends a membership; being no member is no error. @throws ChatError `database-away` */
  async leave(room: string, id_user: string): Promise<void> {
    await this.ready();
    await this.parts.memberships.leave(room, id_user);
    await this.reflects(room, id_user, false);
  }

  /**
   * Notes how far a member has read; only forward.
   * @returns how far that is now
   * @throws ChatError `not-a-member`, `database-away`
   */
  async markRead(room: string, id_user: string, position: Position): Promise<Position> {
    await this.ready();
    const { memberships } = this.parts;
    const read = () => memberships.get(room, id_user)?.read ?? null;
    const isReached = () => comparePositions(read() ?? position, position) >= 0 && read() !== null;
    if (!memberships.get(room, id_user))
      throw new ChatError('not-a-member', 'join first: for others it is not kept how far they have read', {
        field: 'room',
      });
    await memberships.markRead(room, id_user, position);
    await memberships.live.reflects(isReached, REFLECTED);
    return isReached() ? read()! : position;
  }

  /** Behind which position a member has not read; null for who has not joined. */
  unreadSince(room: string, id_user: string): Position | null {
    const membership = this.parts.memberships.get(room, id_user);
    // Who has read nothing yet has not read what came since joining.
    return membership ? (membership.read ?? { sent: membership.joined ?? 0, id: '' }) : null;
  }

  /** Who has joined, in the order of joining. @throws ChatError `not-a-member`, `database-away` */
  async members(room: string, by: string): Promise<Member[]> {
    await this.parts.access.check(room, by);
    const { memberships, users } = this.parts;
    const members = [...memberships.membersOf(room)].map((id_user) => ({
      id_user,
      name: users.live.get(id_user)?.name ?? null,
      joined: memberships.get(room, id_user)?.joined ?? null,
    }));
    return members.sort((a, b) => (a.joined ?? 0) - (b.joined ?? 0) || (a.id_user < b.id_user ? -1 : 1));
  }

  /** Who is there now, socket by socket, over all processes. @throws ChatError `not-a-member`, `database-away` */
  async present(room: string, by: string): Promise<Users> {
    await this.parts.access.check(room, by);
    return this.parts.presence.users(room);
  }

  private async describe(names: string[], id_user: string): Promise<RoomEntry[]> {
    const { access, memberships, presence, roomTable } = this.parts;
    const visible = names.filter((name) => access.allows(name, id_user));
    const [{ rooms: counts }, unread] = await Promise.all([
      presence.counts(visible),
      this.unread(
        names.filter((name) => memberships.get(name, id_user)),
        id_user,
      ),
    ]);
    return names.map((name) => ({
      ...(roomTable.get(name) ?? unclaimed(name)),
      joined: unread.has(name),
      users: counts.get(name)?.users ?? null,
      unread: unread.get(name) ?? null,
    }));
  }

  /** By room. */
  private async unread(joined: string[], id_user: string): Promise<Map<string, number>> {
    const { messages } = this.parts;
    const places = joined.map((room) => ({ room, after: this.unreadSince(room, id_user)! }));
    const counts = await messages.countAfter(places, MAX_UNREAD);
    return new Map(joined.map((room, i) => [room, counts[i]!]));
  }

  /** Members are shown by name, also those who never chose one. */
  private async introduce({ id_user, name }: Person): Promise<void> {
    const { users } = this.parts;
    if (!users.live.get(id_user)) await users.introduce(id_user, name);
  }

  private async ready(): Promise<void> {
    const { memberships, roomTable, users } = this.parts;
    await Promise.all([roomTable, memberships, users].map(({ live }) => live.ready(READY)));
  }

  private reflects(room: string, id_user: string, joined: boolean): Promise<void> {
    const { memberships } = this.parts;
    const isSo = () => (memberships.get(room, id_user) !== undefined) === joined;
    return memberships.live.reflects(isSo, REFLECTED);
  }
}

const looksLikeLobby = (name: string) => nameKeys(name).some((key) => LOBBY_KEYS.includes(key));
const LOBBY_KEYS = nameKeys(LOBBY);

interface Person {
  id_user: string;
  name: string;
}

function unclaimed(name: string): RoomInfo {
  return { name, topic: '', access: 'open', created: null, created_by: null };
}

function roomExists(message: string): ChatError {
  return new ChatError('room-exists', message, { field: 'name' });
}
