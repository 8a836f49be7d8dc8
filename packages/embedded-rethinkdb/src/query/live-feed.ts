import type { Datum } from '../datum/datum.js';
import type { Feed } from '../feeds/feed.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import { openFeed } from '../feeds/open-feed.js';
import type { FeedSource } from '../feeds/source.js';
import { UnionFeed } from '../feeds/union-feed.js';
import type { Live, Stream } from '../runtime/stream.js';
import { transformRow } from '../runtime/transform.js';

/** The kind of a feed, which drivers get as a note. */
export type FeedNote = 'SEQUENCE_FEED' | 'ATOM_FEED' | 'ORDER_BY_LIMIT_FEED' | 'UNIONED_FEED';

export interface LiveFeed {
  readonly feed: Feed;
  readonly note: FeedNote;
  readonly includesStates: boolean;
}

/** Opens the changefeed of a stream; undefined for an ordinary stream. */
export function openLiveFeed(registry: FeedRegistry, stream: Stream): LiveFeed | undefined {
  const { live, feed: plan } = stream.options;
  if (live !== undefined) {
    const feed = openFeed(registry, live.source, live.options);
    feed.after = after(feed, live, stream);
    return { feed, note: noteOf(live.source), includesStates: live.options.includeStates };
  }
  if (plan?.kind !== 'union') return undefined;
  const parts = plan.of.map((part) => openLiveFeed(registry, part));
  const open = parts.filter((part) => part !== undefined);
  if (open.length === 0) return undefined;
  const feed = new UnionFeed(open.map((part) => part.feed));
  feed.after = (item) => transformRow(item, stream.steps);
  return { feed, note: 'SEQUENCE_FEED', includesStates: open.some((part) => part.includesStates) };
}

/** The terms after `.changes()`. A `limit` among them ends the feed when it is reached. */
function after(feed: Feed, live: Live, stream: Stream): (item: Datum) => Datum[] {
  const slices = live.slices.map((slice) => ({ ...slice, seen: 0 }));
  return (item) => {
    let rows = [item];
    for (const slice of slices) {
      rows = rows
        .flatMap((row) => transformRow(row, slice.steps))
        .filter(() => {
          const position = slice.seen++;
          return position >= slice.left && position < slice.right;
        });
      if (slice.seen >= slice.right) feed.finish();
    }
    return rows.flatMap((row) => transformRow(row, stream.steps));
  };
}

function noteOf(source: FeedSource): FeedNote {
  if (source.kind === 'point') return 'ATOM_FEED';
  if (source.kind === 'limit') return 'ORDER_BY_LIMIT_FEED';
  // The official JavaScript driver has no class for UNIONED_FEED and fails on it.
  return 'SEQUENCE_FEED';
}
