import type { Message } from '../../../server/protocol/message.js';

/** A room as it is kept for the offline page. */
export interface SavedRoom {
  room: string;
  /** The name of the user, for the offline page. */
  user: { id_user: string; name: string };
  /** The newest messages, oldest first. */
  messages: readonly Message[];
  /** Milliseconds since 1970. */
  saved: number;
}

/** Messages of a room that are kept. */
export const MAX_SAVED_MESSAGES = 100;
/** Rooms that are kept; the one saved longest ago is deleted first. */
export const MAX_SAVED_ROOMS = 8;

/** Null for a stored text of another form. */
export function parseSavedRoom(text: string): SavedRoom | null {
  try {
    const stored: unknown = JSON.parse(text);
    return isSavedRoom(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isSavedRoom(value: unknown): value is SavedRoom {
  if (typeof value !== 'object' || value === null) return false;
  const { room, user, messages, saved }: Partial<SavedRoom> = value;
  return (
    typeof room === 'string' &&
    typeof user?.name === 'string' &&
    Array.isArray(messages) &&
    typeof saved === 'number'
  );
}
