import type { ServerFrame } from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import type { Member } from '../../server/protocol/room.js';
import type { Api } from './api.js';

export interface MemberListDependencies {
  room: string;
  api: Pick<Api, 'members'>;
  changed: () => void;
  now?: () => number;
}

/** Members that one request loads. */
const PAGE_MEMBERS = 100;
/** Members that the server sends at most; a list that is read again is as long as before, up to this. */
const MAX_PAGE_MEMBERS = 1_000;
/** Milliseconds between two requests for changes that have no names. */
const RELOAD_PAUSE_MS = 2_000;

/** The members of a room, page by page in the order of joining, with the changes since they were loaded. */
export class MemberList {
  readonly #dependencies: MemberListDependencies;
  readonly #now: () => number;
  #members: Member[] = [];
  #total: number | null = null;
  #next: string | null = null;
  #isLoading = false;
  #isStale = true;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #fault: string | null = null;

  constructor(dependencies: MemberListDependencies) {
    this.#dependencies = dependencies;
    this.#now = dependencies.now ?? Date.now;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** Number of all members; null before the first page is loaded. */
  get total(): number | null {
    return this.#total;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Why the last request failed. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Changes may be missing: the next `keepFresh` loads the list again. */
  markStale(): void {
    this.#isStale = true;
  }

  /** To be called while the list is visible. */
  keepFresh(): void {
    if (!this.#isStale || this.#isLoading || this.#now() - this.#loadedAt < RELOAD_PAUSE_MS) return;
    const limit = Math.min(MAX_PAGE_MEMBERS, Math.max(PAGE_MEMBERS, this.#members.length));
    void this.#load(limit, null);
  }

  /** Loads the next page. */
  loadMore(): void {
    if (this.#next !== null && !this.#isLoading) void this.#load(PAGE_MEMBERS, this.#next);
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'identityChanged') {
      const { id_user, name } = frame.user;
      this.#members = this.#members.map((member) =>
        member.id_user === id_user ? { ...member, name } : member,
      );
    }
    if (!('room' in frame) || frame.room !== this.#dependencies.room) return;
    if (frame.type === 'roleChanged') {
      const { id_user, role } = frame;
      this.#members = this.#members.map((member) =>
        member.id_user === id_user ? { ...member, role } : member,
      );
    }
    const isChange =
      frame.type === 'memberJoined' || frame.type === 'memberLeft' || frame.type === 'membersChanged';
    // A page that is loading may have been read before the change.
    if (frame.type === 'membersChanged' || (isChange && this.#isLoading)) this.markStale();
    else if (frame.type === 'memberJoined') this.#joined(frame);
    else if (frame.type === 'memberLeft') this.#left(frame.id_user);
  }

  #joined({ user, at }: ServerFrame<'memberJoined'>): void {
    if (this.#total === null || this.#members.some(({ id_user }) => id_user === user.id_user)) return;
    this.#total += 1;
    if (this.#next === null)
      this.#members = [...this.#members, { ...user, role: 'member', joined: at, present: false }];
  }

  #left(id_user: string): void {
    if (this.#total === null) return;
    const rest = this.#members.filter((member) => member.id_user !== id_user);
    // Without a further page, a user who is not in the list is not counted either.
    if (rest.length < this.#members.length || this.#next !== null) this.#total -= 1;
    this.#members = rest;
  }

  async #load(limit: number, next: string | null): Promise<void> {
    const { api, room, changed } = this.#dependencies;
    this.#isLoading = true;
    if (next === null) this.#isStale = false;
    this.#loadedAt = this.#now();
    this.#fault = null;
    changed();
    try {
      const page = await api.members(room, limit, next);
      const before = next === null ? [] : this.#members;
      const known = new Set(before.map(({ id_user }) => id_user));
      this.#members = [...before, ...page.members.filter(({ id_user }) => !known.has(id_user))];
      this.#total = page.total;
      this.#next = page.next;
    } catch (error) {
      this.#fault = faultText(error);
      if (next === null) this.#isStale = true;
    }
    this.#isLoading = false;
    changed();
  }
}
