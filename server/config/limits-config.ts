/** The limits; 0, or a missing entry, allows any number. */
export interface LimitsConfig {
  /** Messages written, edited or deleted, per user in 10 seconds. */
  messages: number;
  /** Rooms entered, and windows of rooms requested again, per user in 10 seconds. */
  joins: number;
  /** Pages of history, per user in 10 seconds. */
  history: number;
  /** Searches, per user in 10 seconds. */
  searches: number;
  /** Rooms joined or left as a member, per user in 10 seconds. */
  memberships: number;
  /** Rooms created, per user in an hour. */
  rooms: number;
  /** Names taken, per user in a minute. */
  renames: number;
  /** Changes of settings, per user in a minute. */
  settings: number;
  /** Multiple of a user's limits that all users of an address have together. */
  perAddress: number;
  /** HTTP requests and new sockets, per address in 10 seconds. */
  requests: number;
  /** Tokens that the accounts service refused, per address in 10 seconds. */
  failedLogins: number;
  /** Frames received, per socket in 10 seconds. */
  frames: number;
  /** Open sockets and event streams per address and process. */
  sockets: number;
}
