import { countLimit } from './setting-formats.js';

/** The settings of rate limits. */
export const limitSettings = {
  LIMIT_MESSAGES: countLimit('LIMIT_MESSAGES', 200).describe(
    'Messages that a user may write, edit or delete in 10 seconds; 0 disables the limit, as in all LIMIT settings',
  ),
  LIMIT_JOINS: countLimit('LIMIT_JOINS', 300).describe(
    'Rooms that a user may enter in 10 seconds, by sockets and event streams; requesting the messages of a room again counts too',
  ),
  LIMIT_HISTORY: countLimit('LIMIT_HISTORY', 50).describe(
    'Pages of history that a user may load in 10 seconds, by sockets, REST and pages',
  ),
  LIMIT_SEARCHES: countLimit('LIMIT_SEARCHES', 30).describe(
    'Searches that a user may make in 10 seconds, and live views that the user may open',
  ),
  LIMIT_MEMBERSHIPS: countLimit('LIMIT_MEMBERSHIPS', 30).describe(
    'Memberships that a user may begin or end in 10 seconds',
  ),
  LIMIT_REACTIONS: countLimit('LIMIT_REACTIONS', 100).describe(
    'Reactions and pins that a user may add or remove in 10 seconds',
  ),
  LIMIT_ROOMS: countLimit('LIMIT_ROOMS', 20).describe('Rooms that a user may create in an hour'),
  LIMIT_RENAMES: countLimit('LIMIT_RENAMES', 20).describe(
    'Times that a user may change the name in a minute',
  ),
  LIMIT_UPLOADS: countLimit('LIMIT_UPLOADS', 30).describe('Files that a user may upload in a minute'),
  LIMIT_SETTINGS: countLimit('LIMIT_SETTINGS', 60).describe(
    'Times that a user may change settings in a minute',
  ),
  LIMIT_PER_ADDRESS: countLimit('LIMIT_PER_ADDRESS', 5).describe(
    'Factor applied to each of the limits above for all users of one address together',
  ),
  LIMIT_REQUESTS: countLimit('LIMIT_REQUESTS', 1000).describe(
    'HTTP requests and new sockets of an address in 10 seconds',
  ),
  LIMIT_FAILED_LOGINS: countLimit('LIMIT_FAILED_LOGINS', 30).describe(
    'Tokens of an address that `AUTH_SERVER` may refuse, and logins and recoveries of names that may fail, in 10 seconds; further ones are rejected without a request',
  ),
  LIMIT_FRAMES: countLimit('LIMIT_FRAMES', 1000).describe('Frames that a socket may send in 10 seconds'),
  LIMIT_SOCKETS: countLimit('LIMIT_SOCKETS', 500).describe(
    'Open sockets and event streams of an address, in each process',
  ),
} as const;
