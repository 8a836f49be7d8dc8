import { ChatError, toChatError } from '../protocol/errors.js';
import { type ClientFrameType, clientFrames, type Ref } from '../protocol/frames.js';
import type { Log } from '../telemetry/logger.js';
import { authenticate } from './handlers/authenticate.js';
import { createMessage } from './handlers/create-message.js';
import { deleteMessage } from './handlers/delete-message.js';
import { editMessage } from './handlers/edit-message.js';
import type { Handler, HandlerDependencies } from './handlers/handler.js';
import { identityChange } from './handlers/identity-change.js';
import { joinRoom } from './handlers/join-room.js';
import { leaveRoom } from './handlers/leave-room.js';
import { listRooms } from './handlers/list-rooms.js';
import { closeView, openView } from './handlers/live-view.js';
import { loadHistory } from './handlers/load-history.js';
import { markRead } from './handlers/mark-read.js';
import { observePresence } from './handlers/observe-presence.js';
import { pinMessage, unpinMessage } from './handlers/pins.js';
import { addReaction, removeReaction } from './handlers/reactions.js';
import { changeRoom, removeMember, setRole } from './handlers/room-changes.js';
import { search } from './handlers/search.js';
import { typing } from './handlers/typing.js';
import type { SocketConnection } from './socket-connection.js';

/** Bytes of a frame. The longest message fits, even with every character escaped. */
export const MAX_FRAME_BYTES = 64 * 1024;

const handlers: { [T in ClientFrameType]: Handler<T> } = {
  joinRoom,
  leaveRoom,
  listRooms,
  createMessage,
  editMessage,
  deleteMessage,
  addReaction,
  removeReaction,
  pinMessage,
  unpinMessage,
  changeRoom,
  setRole,
  removeMember,
  loadHistory,
  search,
  openView,
  closeView,
  typing,
  identityChange,
  observePresence,
  markRead,
  authenticate,
};

/** Validates a frame of a client and passes it to its handler. Errors are answered with an `error` frame. Never rejects. */
export async function dispatch(
  connection: SocketConnection,
  frame: unknown,
  dependencies: HandlerDependencies,
  log: Log,
): Promise<void> {
  if (connection.isClosed) return;
  try {
    const type = typeOf(frame);
    const parsed = clientFrames[type].safeParse(frame);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.path.join('.') ?? '';
      throw new ChatError('bad-frame', `${type}: ${field}: ${issue?.message ?? 'invalid'}`, { field });
    }
    if (type !== 'authenticate') connection.requireSession();
    await (handlers[type] as Handler<typeof type>)(connection, parsed.data, dependencies);
  } catch (error) {
    sendError(connection, error, refOf(frame));
    if (!(error instanceof ChatError)) log.error({ err: error }, 'socket: failed to handle a frame');
  }
}

export function sendError(connection: SocketConnection, error: unknown, ref?: Ref): void {
  const { code, message, details } = toChatError(error);
  connection.send({ type: 'error', ref, code, message, ...details });
}

function typeOf(frame: unknown): ClientFrameType {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new ChatError('bad-frame', 'a frame is a JSON object with a type');
  }
  const { type } = frame as { type?: unknown };
  if (typeof type !== 'string') throw new ChatError('bad-frame', 'type must be a string', { field: 'type' });
  if (!Object.hasOwn(clientFrames, type)) {
    throw new ChatError('unknown-frame', `there is no frame of type ${JSON.stringify(type.slice(0, 40))}`, {
      field: 'type',
    });
  }
  return type as ClientFrameType;
}

/** The client's reference of a frame, which its answer repeats; undefined without a valid one. */
export function refOf(frame: unknown): Ref {
  const ref = (frame as { ref?: unknown } | null)?.ref;
  return (typeof ref === 'string' && ref.length <= 64) || typeof ref === 'number' ? ref : undefined;
}
