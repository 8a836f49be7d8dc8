import type { Datum, DatumObject } from '../datum/datum.js';
import type { Change } from '../storage/changes.js';
import type { FeedOptions } from './source.js';

/** A change of one row of a feed, before it is converted to a document of `changes()`. */
export interface RowChange {
  /** Identifies the row within the feed, for squashing: a change continues a waiting change that resulted in this row. */
  readonly id: string;
  /** The row after the change, if it is another row: in a window, one document replaced another. */
  readonly nextId?: string;
  /** null: the row was not in the feed before (`old`) or is not in it after (`new`) the change. */
  readonly old: Datum;
  readonly new: Datum;
  readonly isInitial?: boolean | undefined;
  /** Positions within the window of a limit feed; null: outside. */
  readonly oldOffset?: number | null;
  readonly newOffset?: number | null;
}

/** A change as a document of the feed: `{old_val, new_val}`, with types and offsets if the options request them. */
export function changeItem(change: RowChange, options: FeedOptions): DatumObject {
  const item: DatumObject = {};
  if (options.includeOffsets) {
    if (!change.isInitial) item.old_offset = change.oldOffset ?? null;
    item.new_offset = change.newOffset ?? null;
  }
  item.new_val = change.new;
  if (!change.isInitial) item.old_val = change.old;
  if (options.includeTypes) item.type = changeType(change);
  return item;
}

function changeType({ isInitial, old, new: current }: RowChange): string {
  if (isInitial) return 'initial';
  if (old === null) return 'add';
  return current === null ? 'remove' : 'change';
}

export function stateItem(state: 'initializing' | 'ready', options: FeedOptions): DatumObject {
  return options.includeTypes ? { state, type: 'state' } : { state };
}

/** Replaces the changes that were dropped because the reader was too slow. */
export function overflowItem(skipped: number, options: FeedOptions): DatumObject {
  const item: DatumObject = { error: `Changefeed cache over array size limit, skipped ${skipped} elements.` };
  if (options.includeTypes) item.type = 'error';
  return item;
}

/** Maps the changes of a table to changes of the rows of one feed: of a point, a range or a window. */
export interface ChangeMapper {
  /** The current rows. Called once, before the first change. The rows may be read lazily. */
  initialRows(): Iterator<RowChange>;
  /** @param changes of one commit; they may not concern this feed */
  map(changes: readonly Change[]): Iterable<RowChange>;
}
