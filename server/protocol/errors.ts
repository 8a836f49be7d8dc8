/**
 * All errors that users can receive, by code. HTTP (problem+json), sockets (an `error` frame) and the page use the same
 * codes. docs/errors.md describes each of them; a test compares the two.
 */
export const ERRORS = {
  'bad-json': { status: 400, title: 'The text is not valid JSON' },
  'bad-frame': { status: 400, title: 'The frame is malformed' },
  'unknown-frame': { status: 400, title: 'Unknown frame type' },
  'frame-too-large': { status: 413, title: 'The frame is too large' },
  'bad-request': { status: 400, title: 'The request is malformed' },
  'bad-target': { status: 400, title: 'The request target is invalid' },
  'bad-http': { status: 400, title: 'The request is not valid HTTP' },
  'bad-upgrade': { status: 426, title: 'The connection cannot be upgraded to this protocol' },
  'bad-host': { status: 421, title: 'This server does not serve this host' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'request-timeout': { status: 408, title: 'The request was not received in time' },
  'body-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported content type' },
  'not-acceptable': { status: 406, title: 'The requested response format is not available' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'local-only': { status: 403, title: 'This address answers requests from this machine only' },
  'not-found': { status: 404, title: 'Not found' },
  'bad-room': { status: 400, title: 'Invalid room name' },
  'bad-body': { status: 400, title: 'Invalid message body' },
  'too-many-marks': { status: 400, title: 'The text has too many consecutive combining marks' },
  'too-many-mentions': { status: 400, title: 'The message mentions too many users' },
  'bad-name': { status: 400, title: 'Invalid name' },
  'bad-id': { status: 400, title: 'Invalid id' },
  'bad-cursor': { status: 400, title: 'Invalid cursor' },
  'bad-reply': { status: 400, title: 'Invalid reply' },
  'bad-query': { status: 400, title: 'Invalid search' },
  'bad-limit': { status: 400, title: 'Invalid limit' },
  'bad-emoji': { status: 400, title: 'Invalid emoji' },
  'too-many-reactions': { status: 409, title: 'The message has too many reactions' },
  'too-many-pins': { status: 409, title: 'The room has too many pinned messages' },
  'members-only': { status: 403, title: 'Only members of the room can do this' },
  'login-required': { status: 401, title: 'Login required' },
  'bad-token': { status: 401, title: 'Invalid token' },
  'token-expired': { status: 401, title: 'The token has expired' },
  'session-ended': { status: 401, title: 'The session has ended' },
  'login-failed': { status: 400, title: 'Sign-in failed' },
  'bad-origin': { status: 403, title: 'Cross-site request refused' },
  'id-taken': { status: 409, title: 'Another message has this id' },
  'room-exists': { status: 409, title: 'A room with this name exists' },
  'room-in-use': { status: 409, title: 'The room is in use' },
  'not-a-member': { status: 403, title: 'This room is for members only' },
  'no-such-room': { status: 404, title: 'Unknown room' },
  'not-allowed': { status: 403, title: 'Your role in the room does not allow this' },
  'read-only': { status: 403, title: 'Only moderators write in this room' },
  archived: { status: 409, title: 'The room is archived' },
  'request-needed': { status: 403, title: 'The room accepts members on request' },
  'bad-topic': { status: 400, title: 'Invalid topic' },
  'bad-description': { status: 400, title: 'Invalid description' },
  'no-such-invitation': { status: 404, title: 'Unknown invitation' },
  'too-many-invitations': { status: 409, title: 'The room has too many invitations' },
  'no-such-request': { status: 404, title: 'Unknown request' },
  'too-many-requests': { status: 409, title: 'The room has too many requests' },
  'no-such-member': { status: 404, title: 'Unknown member' },
  'bad-access': { status: 400, title: 'Invalid access' },
  'bad-setting': { status: 400, title: 'Invalid setting' },
  'bad-subscription': { status: 400, title: 'Invalid push subscription' },
  'push-off': { status: 404, title: 'Push notifications are off' },
  'no-such-user': { status: 404, title: 'Unknown user' },
  'playground-off': { status: 404, title: 'Playground mode is off' },
  'no-such-message': { status: 404, title: 'Unknown message' },
  'name-taken': { status: 409, title: 'Another user has secured this name' },
  'too-many-credentials': { status: 409, title: 'The name has too many passkeys' },
  'no-such-credential': { status: 404, title: 'Unknown passkey or recovery code' },
  'no-such-session': { status: 404, title: 'Unknown session' },
  'name-is-given': { status: 403, title: 'Names cannot be changed on this server' },
  'no-such-file': { status: 404, title: 'Unknown file' },
  'bad-alt': { status: 400, title: 'Invalid description of a file' },
  'bad-file': { status: 400, title: 'Invalid file' },
  'file-too-large': { status: 413, title: 'The file is too large' },
  'file-storage-full': { status: 507, title: 'The storage of files is full' },
  'not-yours': { status: 403, title: 'This message belongs to another user' },
  'not-joined': { status: 409, title: 'The socket has not joined this room' },
  'too-many-sockets': { status: 429, title: 'Too many open sockets' },
  'too-many-frames': { status: 429, title: 'The socket sends too many frames' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-replies': { status: 429, title: 'The command has too many replies' },
  'too-many-rooms': { status: 429, title: 'Too many rooms' },
  'too-many-views': { status: 429, title: 'Too many open views' },
  'search-off': { status: 404, title: 'Search is off' },
  'search-unavailable': { status: 503, title: 'Search is unavailable' },
  'refused-by-database': { status: 422, title: 'The database refused the message' },
  'database-unavailable': { status: 503, title: 'The database is unavailable' },
  'storage-full': { status: 507, title: 'The storage of the database is full' },
  'auth-unavailable': { status: 503, title: 'The sign-in service is unavailable' },
  'bots-unavailable': { status: 503, title: 'Bots are unavailable' },
  'no-such-command': { status: 404, title: 'No bot answers this command' },
  overloaded: { status: 503, title: 'The server is overloaded' },
  'shutting-down': { status: 503, title: 'The server is shutting down' },
  internal: { status: 500, title: 'Internal server error' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The invalid field, by the name that the caller used. */
  field?: string | undefined;
  /** The limit that was exceeded, in the unit that the message names. */
  limit?: number | undefined;
  /** Milliseconds after which a retry may succeed. */
  retryAfterMs?: number | undefined;
  /** The action that the user's role does not allow. */
  action?: string | undefined;
  /** The least role that it needs. */
  role?: string | undefined;
}

/** An error whose message is for the user who caused it. All other errors become `internal`. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get title(): string {
    return ERRORS[this.code].title;
  }
}

/** The error to send for any thrown value. Never contains a stack or the text of an unexpected error. */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  return new ChatError('internal', ERRORS.internal.title);
}
