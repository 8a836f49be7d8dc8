import { ChatError, type ErrorCode } from '../protocol/errors.js';
import { ROLES, type Role, type RoomAccess, type RoomInfo } from '../protocol/room.js';

/** The properties of a room on which rights depend. */
export type RoomRules = Pick<RoomInfo, 'access' | 'joining' | 'posting' | 'archived'>;

/** A room that was not created. */
export const UNCLAIMED_RULES: RoomRules = { access: 'open', joining: 'self', posting: 'all', archived: null };

export interface Right {
  /** For the documentation: completes “may …”. */
  summary: string;
  /** The least role, by the access of the room. */
  least: Readonly<Record<RoomAccess, Role>>;
  /** The action writes into the conversation: it needs a moderator where only moderators write. */
  isPosting?: boolean;
  /** Refused in an archived room, for all roles. */
  isWrite?: boolean;
}

const EVERYWHERE = (role: Role) => ({ open: role, members: role, private: role });
const INSIDE = { open: 'stranger', members: 'member', private: 'member' } as const;
/** Private rooms are invisible to strangers. */
const OUTSIDE = { open: 'stranger', members: 'stranger', private: 'member' } as const;

/**
 * Every action in a room, and the least role that it needs. docs/rights.md is generated from it, and the matrix test tries
 * every cell at every door.
 */
export const RIGHTS = {
  see: { summary: 'see that the room exists, its name, topic and access', least: OUTSIDE },
  read: { summary: 'read messages, files, pins, members and presence', least: INSIDE },
  post: {
    summary: 'write messages, upload files, be shown typing',
    least: INSIDE,
    isPosting: true,
    isWrite: true,
  },
  edit: { summary: 'edit own messages', least: INSIDE, isPosting: true, isWrite: true },
  delete: { summary: 'delete own messages', least: INSIDE, isWrite: true },
  react: { summary: 'add and remove reactions', least: INSIDE, isWrite: true },
  pin: { summary: 'pin and unpin messages', least: EVERYWHERE('member'), isPosting: true, isWrite: true },
  'mark-read': { summary: 'have a reading position', least: EVERYWHERE('member') },
  join: { summary: 'become a member without an invitation', least: OUTSIDE },
  request: { summary: 'ask to join', least: OUTSIDE },
  invite: { summary: 'create, list and revoke invitations', least: EVERYWHERE('moderator') },
  decide: { summary: 'list, accept and decline requests to join', least: EVERYWHERE('moderator') },
  describe: {
    summary: 'change topic and description',
    least: EVERYWHERE('moderator'),
    isWrite: true,
  },
  configure: {
    summary: 'change access, joining and posting, archive the room, and end that',
    least: EVERYWHERE('owner'),
  },
  'remove-member': { summary: 'remove members of a weaker role', least: EVERYWHERE('moderator') },
  'set-role': { summary: 'make members moderators, and end that', least: EVERYWHERE('owner') },
  transfer: { summary: 'make another member the owner', least: EVERYWHERE('owner') },
} as const satisfies Record<string, Right>;

export type Action = keyof typeof RIGHTS;

/** Codes of the errors that say that a right is missing. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'no-such-room',
  'not-a-member',
  'members-only',
  'not-allowed',
  'read-only',
  'archived',
  'request-needed',
]);

/** Whether an error says that the user lacks a right, rather than that the check failed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ChatError && REFUSALS.has(error.code);
}

/** Whether an error is a refusal that does not deny the existence of the room. */
export function isVisibleRefusal(error: unknown): boolean {
  return isRefusal(error) && error instanceof ChatError && error.code !== 'no-such-room';
}

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** The least role for an action in a room. It is not sufficient in an archived room. */
export function leastRole(action: Action, { access, posting, joining }: RoomRules): Role {
  const right: Right = RIGHTS[action];
  const least = right.least[access];
  if (right.isPosting && posting === 'moderators') return stronger(least, 'moderator');
  if (action === 'join' && access === 'members' && joining === 'request') return stronger(least, 'member');
  return least;
}

/** Whether every user may perform the action, so that the role need not be known. */
export function isFree(action: Action, rules: RoomRules): boolean {
  const right: Right = RIGHTS[action];
  const isOpen = !(right.isWrite && rules.archived !== null);
  return isOpen && leastRole(action, rules) === 'stranger';
}

/** Why a role may not perform an action; null if it may. */
export function refusalOf(action: Action, rules: RoomRules, role: Role): ChatError | null {
  if (rules.access === 'private' && role === 'stranger') return noSuchRoom();
  const least = leastRole(action, rules);
  if (!isAtLeast(role, least)) return missingRole(action, rules, role, least);
  const right: Right = RIGHTS[action];
  if (right.isWrite && rules.archived !== null) return isArchived();
  return null;
}

export function noSuchRoom(): ChatError {
  return new ChatError('no-such-room', 'there is no such room', { field: 'room' });
}

export function isArchived(): ChatError {
  return new ChatError('archived', 'this room is archived: it can only be read', { field: 'room' });
}

function missingRole(action: Action, { access }: RoomRules, role: Role, least: Role): ChatError {
  const right: Right = RIGHTS[action];
  if (role === 'stranger' && !isAtLeast(role, right.least[access])) {
    if (action === 'mark-read') return notAMember('join first: read positions are kept for members only');
    if (right.least[access] === 'member')
      return access === 'open'
        ? new ChatError('members-only', 'only members of this room can do this: join it first', {
            field: 'room',
          })
        : notAMember('this room is for its members');
  }
  if (action === 'join')
    return new ChatError('request-needed', 'this room accepts members on request', { field: 'room' });
  if (right.isPosting && least === 'moderator' && right.least[access] !== 'moderator')
    return new ChatError('read-only', 'only moderators write in this room', { field: 'room', role: least });
  return notAllowed(action, `this needs the role ${least} in the room`, least);
}

/** @param role the least role that the action needs, where a stronger role suffices */
export function notAllowed(action: Action, message: string, role?: Role): ChatError {
  return new ChatError('not-allowed', message, { action, ...(role && { role }) });
}

function notAMember(message: string): ChatError {
  return new ChatError('not-a-member', message, { field: 'room' });
}

function stronger(a: Role, b: Role): Role {
  return isAtLeast(a, b) ? a : b;
}
