import { logicError } from '../values/reql-error.js';
import { type Feed, type Followed, SourceFeed } from './feed.js';
import type { Hub } from './hub.js';
import { LimitFollower } from './limit-follower.js';
import { PointFollower } from './point-follower.js';
import { RangeFollower } from './range-follower.js';
import { DEFAULT_FEED_OPTIONS, type FeedOptions, type FeedSource } from './source.js';

/**
 * Opens a changefeed. It holds every change committed from now on; initial values are those of now.
 * Throws a LOGIC error for options that do not go with the source, or a queue size below 1.
 */
export function openFeed(hub: Hub, source: FeedSource, options: Partial<FeedOptions> = {}): Feed {
  const all = { ...DEFAULT_FEED_OPTIONS, ...options };
  if (!(all.changefeedQueueSize >= 1)) {
    throw logicError(`Illegal changefeed queue size \`${all.changefeedQueueSize}\`.  (Must be >= 1.)`);
  }
  return new SourceFeed(hub, followedBy(source, all), all);
}

function followedBy(source: FeedSource, options: FeedOptions): Followed[] {
  switch (source.kind) {
    case 'union':
      return source.sources.flatMap((member) => followedBy(member, options));
    case 'limit':
      return [{ source, follower: new LimitFollower(source) }];
    case 'point':
      if (options.includeOffsets) throw logicError('Cannot include offsets for point subs.');
      return [{ source, follower: new PointFollower(source) }];
    case 'range':
      if (options.includeOffsets) throw logicError('Cannot include offsets for range subs.');
      return [{ source, follower: new RangeFollower(source) }];
  }
}
