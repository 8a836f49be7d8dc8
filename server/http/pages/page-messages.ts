import type { Request } from 'express';
import type { Limits } from '../../limits/limits.js';
import { ChatError } from '../../protocol/errors.js';
import type { Message } from '../../protocol/message.js';
import type { RoomService } from '../../rooms/room-service.js';
import { decodeCursor } from '../api/schemas/cursor.js';
import type { RoomPageRequest } from './room-page-request.js';

export interface PageMessagesDependencies {
  limits: Pick<Limits, 'history'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader'>;
}

/** The messages of a page. */
export interface PageMessages {
  messages: readonly Message[];
  hasOlder: boolean;
  /** Why the messages cannot be read. */
  unavailable?: ChatError;
}

const MESSAGES_PER_PAGE = 100;

/**
 * Reads the newest messages of a room, or those before the cursor of the address. None while the database is unavailable.
 * @throws ChatError `not-a-member`, `bad-cursor`, `rate-limited`
 */
export async function readPageMessages(
  req: Request,
  { room, user, rejected }: RoomPageRequest,
  { limits, rooms }: PageMessagesDependencies,
): Promise<PageMessages> {
  const cursor = req.query.before;
  try {
    // If the form has just failed because of the database, do not wait for it again.
    if (rejected?.error.code === 'database-unavailable') throw rejected.error;
    if (cursor === undefined) return await rooms.snapshot(room, user.id_user);
    const position = decodeCursor(cursor, 'before');
    await limits.history(user.id_user, req.ip);
    return await (await rooms.reader(room, user.id_user)).before(room, position, MESSAGES_PER_PAGE);
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'database-unavailable') throw error;
    return { messages: [], hasOlder: false, unavailable: error };
  }
}
