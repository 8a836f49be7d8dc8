import type { Message } from '../../protocol/message.js';
import type { Mark } from '../query/matcher.js';

export interface ViewMessage {
  message: Message;
  /** Parts of the body that match. */
  marks: Mark[];
}

/** The beginning of a view. */
export interface ViewOpened {
  /** Newest first. */
  results: ViewMessage[];
  /** Percent of the messages that were searched, see `SearchPage`. */
  indexed: number;
  /** Current names of authors, see `UserTable.namesFor`. */
  names: Record<string, string>;
  /** False while the feed is interrupted. */
  live: boolean;
}

/** Receives the changes of an open view. */
export interface ViewListener {
  /** Called first. */
  opened(view: ViewOpened): void;
  /** An upsert by id. */
  put(change: ViewMessage & { names: Record<string, string> }): void;
  /** The message was deleted, does not match any more, cannot be read any more, or newer messages have taken its place. */
  removed(room: string, id: string): void;
  live(isLive: boolean): void;
}
