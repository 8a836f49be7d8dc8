import type { Author, Message, Position } from '../../protocol/message.js';
import type { RoomEntry } from '../../protocol/room.js';

/** What the page tells its script, in a JSON block. */
export interface PageState {
  room: string;
  user: Author;
  /** What the page shows already, oldest first. */
  messages: readonly Message[];
  /** Names that authors have now, where they differ from what their messages say. */
  names: Record<string, string>;
  hasOlder: boolean;
  /** The directory as the reader sees it. */
  rooms: readonly RoomEntry[];
  /** Behind which position the reader has not read; null where that is not kept, as he is no member. */
  unreadSince: Position | null;
  /** The page is somebody by its address: the id there, and the signed identity for sockets and API. */
  as: { id_user: string; signed: string } | null;
}

/** The header by which such a page says to the API who it is. */
export const GUEST_HEADER = 'Changeroom-Guest';

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export function encodePageState(state: PageState): string {
  return JSON.stringify(state).replaceAll('<', '\\u003c');
}
