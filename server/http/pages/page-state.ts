import type { Quotes } from '../../protocol/entities.js';
import type { Author, Message, Position } from '../../protocol/message.js';
import type { RoomEntry } from '../../protocol/room.js';

/** The state that a page passes to its script, in a JSON block. */
export interface PageState {
  room: string;
  user: Author;
  /** The messages in the page, oldest first. */
  messages: readonly Message[];
  /** Current names by id: of authors, where they differ from the names in their messages, and of mentioned users. */
  names: Record<string, string>;
  /** Messages to which these reply, as far as they are not among them. */
  quoted: Quotes;
  hasOlder: boolean;
  /** The messages are an older part of the history, around `target`. */
  hasNewer: boolean;
  /** Id of the message to which the address leads. */
  target: string | null;
  /** Id of the message to which the address of the page asks to reply. */
  replyTo: string | null;
  /** The list of rooms for the reader. */
  rooms: readonly RoomEntry[];
  /** The reader's reading position; null for users who are not members, because it is not stored for them. */
  unreadSince: Position | null;
  /** On a playground page: the id in the address, and the bearer token of that user for sockets and the API. */
  as: { id_user: string; signed: string } | null;
}

/** Escapes `<`, so that the JSON can neither end its script element nor begin a comment. */
export function encodePageState(state: PageState): string {
  return JSON.stringify(state).replaceAll('<', '\\u003c');
}
