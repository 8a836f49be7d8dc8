import type { Author, Message } from '../../message.js';

/** What the page tells its script, in a JSON block. */
export interface PageState {
  room: string;
  user: Author;
  /** What the page shows already, oldest first. */
  messages: readonly Message[];
  hasOlder: boolean;
}

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export function encodePageState(state: PageState): string {
  return JSON.stringify(state).replaceAll('<', '\\u003c');
}
