import type { Datum, DatumObject } from '../values/datum.js';
import type { FeedOptions } from './source.js';

/** What happened to one row of a feed, before it is put in the words of `changes()`. */
export interface RowChange {
  /** Tells the rows of a feed apart, for squashing: a change continues the waiting one that left this row. */
  readonly id: string;
  /** Which row it leaves, where that is another: one document took the place of another in a window. */
  readonly nextId?: string;
  /** null: the row was not in the feed, or no longer is. */
  readonly old: Datum;
  readonly new: Datum;
  readonly initial?: boolean;
  /** Positions within the window of a limit feed; null: not in it. */
  readonly oldOffset?: number | null;
  readonly newOffset?: number | null;
}

/** A row as a document of the feed: `{old_val, new_val}`, with types and offsets where they were asked for. */
export function changeItem(change: RowChange, options: FeedOptions): DatumObject {
  const item: DatumObject = {};
  if (options.includeOffsets) {
    if (!change.initial) item.old_offset = change.oldOffset ?? null;
    item.new_offset = change.newOffset ?? null;
  }
  item.new_val = change.new;
  if (!change.initial) item.old_val = change.old;
  if (options.includeTypes) item.type = changeType(change);
  return item;
}

function changeType({ initial, old, new: current }: RowChange): string {
  if (initial) return 'initial';
  if (old === null) return 'add';
  return current === null ? 'remove' : 'change';
}

export function stateItem(state: 'initializing' | 'ready', options: FeedOptions): DatumObject {
  return options.includeTypes ? { state, type: 'state' } : { state };
}

/** What takes the place of the changes that a slow reader has missed. */
export function overflowItem(skipped: number, options: FeedOptions): DatumObject {
  const item: DatumObject = { error: `Changefeed cache over array size limit, skipped ${skipped} elements.` };
  if (options.includeTypes) item.type = 'error';
  return item;
}
