import { logicError } from '../datum/reql-error.js';
import { type Feed, type MappedSource, SourceFeed } from './feed.js';
import type { FeedRegistry } from './feed-registry.js';
import { LimitMapper } from './limit-mapper.js';
import { PointMapper } from './point-mapper.js';
import { RangeMapper } from './range-mapper.js';
import { DEFAULT_FEED_OPTIONS, type FeedOptions, type FeedSource } from './source.js';

/**
 * Opens a changefeed. It delivers every change that is committed from now on; initial values are the current ones.
 * @throws ReqlError LOGIC for options that the source does not support, or a queue size below 1
 */
export function openFeed(
  registry: FeedRegistry,
  source: FeedSource,
  options: Partial<FeedOptions> = {},
): Feed {
  const all = { ...DEFAULT_FEED_OPTIONS, ...options };
  if (!(all.changefeedQueueSize >= 1)) {
    throw logicError(`Illegal changefeed queue size \`${all.changefeedQueueSize}\`.  (Must be >= 1.)`);
  }
  return new SourceFeed(registry, mappedSources(source, all), all);
}

function mappedSources(source: FeedSource, options: FeedOptions): MappedSource[] {
  switch (source.kind) {
    case 'union':
      return source.sources.flatMap((member) => mappedSources(member, options));
    case 'limit':
      return [{ source, mapper: new LimitMapper(source) }];
    case 'point':
      if (options.includeOffsets) throw logicError('Cannot include offsets for point subs.');
      return [{ source, mapper: new PointMapper(source) }];
    case 'range':
      if (options.includeOffsets) throw logicError('Cannot include offsets for range subs.');
      return [{ source, mapper: new RangeMapper(source) }];
  }
}
