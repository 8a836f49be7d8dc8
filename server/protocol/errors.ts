/**
 * Every error that a user can meet, by its code. The same code travels over HTTP (problem+json), over
 * sockets (an `error` frame) and in the page. docs/errors.md explains each one; a test holds the two together.
 */
export const ERRORS = {
  'bad-json': { status: 400, title: 'The text is not valid JSON' },
  'bad-frame': { status: 400, title: 'The frame does not have the form its type asks for' },
  'unknown-frame': { status: 400, title: 'There is no frame of this type' },
  'frame-too-large': { status: 413, title: 'The frame is too large' },
  'bad-request': { status: 400, title: 'The request does not have the form that is asked for' },
  'bad-target': { status: 400, title: 'The request target is not valid' },
  'bad-http': { status: 400, title: 'The request is not valid HTTP' },
  'bad-upgrade': { status: 426, title: 'The connection cannot be upgraded to this protocol here' },
  'bad-host': { status: 421, title: 'This server does not answer for this host' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'request-timeout': { status: 408, title: 'The request was not received in time' },
  'body-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'This content type is not understood here' },
  'not-acceptable': { status: 406, title: 'This cannot be answered in the form asked for' },
  'method-not-allowed': { status: 405, title: 'This address does not know the method' },
  'local-only': { status: 403, title: 'This address answers requests from this machine only' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'bad-room': { status: 400, title: 'The room name cannot be used' },
  'bad-body': { status: 400, title: 'The message body cannot be used' },
  'bad-name': { status: 400, title: 'The name cannot be used' },
  'bad-id': { status: 400, title: 'The id cannot be used' },
  'bad-cursor': { status: 400, title: 'The cursor cannot be used' },
  'bad-limit': { status: 400, title: 'The limit cannot be used' },
  'login-required': { status: 401, title: 'A login is needed here' },
  'bad-token': { status: 401, title: 'The token is not valid here' },
  'token-expired': { status: 401, title: 'The token has expired' },
  'bad-origin': { status: 403, title: 'Another site may not do this' },
  'id-taken': { status: 409, title: 'Another message has this id' },
  'room-exists': { status: 409, title: 'There is a room of this name' },
  'room-in-use': { status: 409, title: 'The room is in use' },
  'not-a-member': { status: 403, title: 'This room is for its members' },
  'bad-topic': { status: 400, title: 'The topic cannot be used' },
  'bad-access': { status: 400, title: 'There is no such kind of access' },
  'no-such-user': { status: 404, title: 'There is no such user' },
  'no-such-message': { status: 404, title: 'There is no such message' },
  'name-is-given': { status: 403, title: 'Names cannot be changed here' },
  'not-yours': { status: 403, title: 'This message belongs to somebody else' },
  'not-joined': { status: 409, title: 'The socket has not joined this room' },
  'too-many-sockets': { status: 429, title: 'Too many sockets are open' },
  'too-many-frames': { status: 429, title: 'The socket sends too many frames' },
  'rate-limited': { status: 429, title: 'Too much in too little time' },
  'too-many-replies': { status: 429, title: 'The command has too many replies' },
  'too-many-rooms': { status: 429, title: 'Too many rooms at once' },
  'refused-by-database': { status: 422, title: 'The database refused the message' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached at the moment' },
  'storage-full': { status: 507, title: 'The storage of the database is full' },
  'auth-unavailable': { status: 503, title: 'Whoever knows the users cannot be asked at the moment' },
  'bots-unavailable': { status: 503, title: 'The bots cannot be reached at the moment' },
  overloaded: { status: 503, title: 'The server has too much to do' },
  'shutting-down': { status: 503, title: 'This server is about to stop' },
  internal: { status: 500, title: 'Something went wrong on the server' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The field that is at fault, as the caller wrote it. */
  field?: string;
  /** The limit that was passed, in the unit that the message names. */
  limit?: number;
  /** Milliseconds after which trying again makes sense. */
  retryAfterMs?: number;
}

/** An error whose message is meant for the user who caused it. Anything else that is thrown becomes `internal`. */
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

/** What is told to the outside about any thrown value: never a stack, never the text of an unforeseen error. */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  return new ChatError('internal', ERRORS.internal.title);
}
