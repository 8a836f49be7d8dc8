import type { Message, ServerFrame, User } from './frames.js';

/**
 * A line of a room's log about changes of its members, between two messages. A user who joined and left again between
 * these messages is in none of the lists.
 */
export interface MemberNotice {
  /** Stays the same while changes are added to the line. */
  id: string;
  /** Time of the first change, in milliseconds since 1970: the line comes after the messages that were sent before it. */
  at: number;
  joined: readonly User[];
  left: readonly User[];
  /** Numbers of further users, who are not known by name. */
  othersJoined: number;
  othersLeft: number;
}

type MemberFrame = ServerFrame<'memberJoined' | 'memberLeft' | 'membersChanged'>;

interface Entry {
  id: string;
  at: number;
  /** By user; true: joined, false: left. In the order of the changes. */
  users: Map<string, { name: string; isJoin: boolean }>;
  othersJoined: number;
  othersLeft: number;
}

/** Lines that are kept; the oldest are dropped first. */
const MAX_NOTICES = 50;
/** Users that one line keeps by name; further ones are counted. */
const MAX_NAMES = 100;

/**
 * Changes of the members of a room since the client was created, merged into lines. The server reports them as they
 * happen and never again: lines stay as they are while the connection is lost, and what happened in between has none.
 */
export class MemberLog {
  readonly #entries: Entry[] = [];
  #count = 0;

  /** @param newest the newest message: a change after it begins a new line */
  receive(frame: MemberFrame, newest: Message | undefined): void {
    const last = this.#entries.at(-1);
    const entry = last && (!newest || newest.sent < last.at) ? last : this.#begin(frame.at);
    if (frame.type === 'membersChanged') {
      entry.othersJoined += frame.joined;
      entry.othersLeft += frame.left;
    } else {
      apply(entry, frame.user.id_user, frame.user.name, frame.type === 'memberJoined');
    }
    if (isEmpty(entry)) this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  /** The user has a new name. */
  rename({ id_user, name }: User): void {
    for (const { users } of this.#entries) {
      const known = users.get(id_user);
      if (known) users.set(id_user, { ...known, name });
    }
  }

  /**
   * The lines in order, those without a message in between merged into one.
   * @param messages of the room, oldest first. Lines before the first of them are left out, unless `isComplete`: the first
   * message of the room is among them
   */
  notices(messages: readonly Message[], isComplete: boolean): MemberNotice[] {
    const first = isComplete ? undefined : messages[0];
    const merged: Entry[] = [];
    let at = 0;
    let lastAt = 0;
    for (const entry of this.#entries) {
      if (first && entry.at < first.sent) continue;
      while (at < messages.length && (messages[at]?.sent ?? 0) <= entry.at) at += 1;
      const previous = merged.at(-1);
      if (previous && at === lastAt) addTo(previous, entry);
      else merged.push({ ...entry, users: new Map(entry.users) });
      lastAt = at;
    }
    return merged.filter((entry) => !isEmpty(entry)).map(toNotice);
  }

  #begin(at: number): Entry {
    this.#count += 1;
    const users: Entry['users'] = new Map();
    const entry = { id: `${this.#count}`, at, users, othersJoined: 0, othersLeft: 0 };
    // In the order of their times, although processes may have slightly different clocks.
    const previous = this.#entries.at(-1);
    if (previous && previous.at > at) entry.at = previous.at;
    this.#entries.push(entry);
    if (this.#entries.length > MAX_NOTICES) this.#entries.shift();
    return entry;
  }
}

function apply(entry: Entry, id_user: string, name: string | null, isJoin: boolean): void {
  const { users } = entry;
  const known = users.get(id_user);
  if (known && known.isJoin !== isJoin) users.delete(id_user);
  else if (name !== null && (known || users.size < MAX_NAMES)) users.set(id_user, { name, isJoin });
  else if (isJoin) entry.othersJoined += 1;
  else entry.othersLeft += 1;
}

function addTo(entry: Entry, { users, othersJoined, othersLeft }: Entry): void {
  for (const [id_user, { name, isJoin }] of users) apply(entry, id_user, name, isJoin);
  entry.othersJoined += othersJoined;
  entry.othersLeft += othersLeft;
}

function isEmpty({ users, othersJoined, othersLeft }: Entry): boolean {
  return users.size + othersJoined + othersLeft === 0;
}

function toNotice({ id, at, users, othersJoined, othersLeft }: Entry): MemberNotice {
  const joined: User[] = [];
  const left: User[] = [];
  for (const [id_user, { name, isJoin }] of users) (isJoin ? joined : left).push({ id_user, name });
  return { id, at, joined, left, othersJoined, othersLeft };
}
