import type { Request } from 'express';
import type { UserTable } from '../../database/tables/user-table.js';
import type { Limits } from '../../limits/limits.js';
import type { Quotes } from '../../protocol/entities.js';
import { ChatError } from '../../protocol/errors.js';
import { isMessageId, type Message, type Position } from '../../protocol/message.js';
import type { RoomReader, RoomService } from '../../rooms/room-service.js';
import { decodeCursor } from '../api/schemas/cursor.js';
import { textOf } from './rejected-form.js';
import type { RoomPageRequest } from './room-page-request.js';

export interface PageMessagesDependencies {
  limits: Pick<Limits, 'history'>;
  rooms: Pick<RoomService, 'snapshot' | 'reader'>;
  users: Pick<UserTable, 'namesFor'>;
}

/** The messages of a page. */
export interface PageMessages {
  messages: readonly Message[];
  hasOlder: boolean;
  /** The room has messages after the last. */
  hasNewer: boolean;
  /** Messages to which these reply, as far as they are not among them. */
  quoted: Quotes;
  /** Current names of authors and mentioned users, see UserTable.namesFor. */
  names: Record<string, string>;
  /** The page shows a part of the history instead of the newest messages. */
  isHistory: boolean;
  /** Id of the message to which the address leads. */
  target?: string;
  /** The room does not have the message to which the address leads. */
  isTargetUnknown?: boolean;
  /** Why the messages cannot be read. */
  unavailable?: ChatError;
}

const MESSAGES_PER_PAGE = 100;

export const NO_MESSAGES: PageMessages = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  quoted: {},
  names: {},
  isHistory: false,
};

/**
 * Reads the newest messages of a room, or those that the address names: before or after a cursor, or around a message
 * (`at`). None while the database is unavailable.
 * @throws ChatError `not-a-member`, `bad-cursor`, `rate-limited`
 */
export async function readPageMessages(
  req: Request,
  { room, user, rejected }: RoomPageRequest,
  { limits, rooms, users }: PageMessagesDependencies,
): Promise<PageMessages> {
  try {
    // If the form has just failed because of the database, do not wait for it again.
    if (rejected?.error.code === 'database-unavailable') throw rejected.error;
    const place = placeOf(req);
    if (place) await limits.history(user.id_user, req.ip);
    const reader = await rooms.reader(room, user.id_user);
    const found = place && (await readPlace(reader, room, place));
    const shown = found ?? {
      ...(await rooms.snapshot(room, user.id_user)),
      hasNewer: false,
      isHistory: false,
      isTargetUnknown: place !== null,
    };
    const quoted = await reader.quotesFor(shown.messages);
    return { ...shown, quoted, names: await users.namesFor(shown.messages, quoted) };
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'database-unavailable') throw error;
    return { ...NO_MESSAGES, isHistory: placeOf(req) !== null, unavailable: error };
  }
}

type Place = { before: Position } | { after: Position } | { at: string };

/** The part of the history that an address names. @throws ChatError `bad-cursor` */
function placeOf({ query: { before, after, at } }: Request): Place | null {
  if (before !== undefined) return { before: decodeCursor(before, 'before') };
  if (after !== undefined) return { after: decodeCursor(after, 'after') };
  return at === undefined ? null : { at: textOf(at) ?? '' };
}

/** Null if the room does not have the message. */
async function readPlace(
  reader: RoomReader,
  room: string,
  place: Place,
): Promise<Omit<PageMessages, 'quoted' | 'names'> | null> {
  if ('before' in place) {
    const page = await reader.before(room, place.before, MESSAGES_PER_PAGE);
    return { ...page, hasNewer: true, isHistory: true };
  }
  if ('after' in place) {
    const page = await reader.after(room, place.after, MESSAGES_PER_PAGE);
    return { ...page, hasOlder: true, isHistory: true };
  }
  const { at } = place;
  const page = isMessageId(at) ? await reader.around(room, at, MESSAGES_PER_PAGE) : null;
  return page && { ...page, isHistory: true, target: at };
}
