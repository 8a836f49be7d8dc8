import type { Datum, DatumObject } from '../../src/datum/datum.js';
import { FeedRegistry } from '../../src/feeds/feed-registry.js';
import { openFeed } from '../../src/feeds/open-feed.js';
import type { FeedOptions, FeedSource } from '../../src/feeds/source.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Table } from '../../src/storage/table.js';
import { openStorage } from '../storage/open-storage.js';

/** A table with feeds on it, without a server around them. */
export class Scene {
  readonly storage: Storage = openStorage();
  readonly registry = new FeedRegistry(this.storage);
  readonly table: Table = this.storage.write(() => this.storage.createTable('test', 't'));

  open(source: FeedSource, options: Partial<FeedOptions> = {}) {
    return openFeed(this.registry, source, options);
  }

  /** The whole table, or a range of its primary key. */
  range(more: Partial<FeedSource & { kind: 'range' }> = {}): FeedSource & { kind: 'range' } {
    return { kind: 'range', table: this.table, index: null, bounds: {}, ...more };
  }

  put(...docs: DatumObject[]): void {
    this.storage.write(() => {
      for (const doc of docs) this.table.put(doc, this.table.get(doc.id!));
    });
  }

  remove(...ids: Datum[]): void {
    this.storage.write(() => {
      for (const id of ids) this.table.remove(this.table.get(id)!);
    });
  }
}

export const between = (lower: Datum, upper: Datum) => ({
  lower: { value: lower, open: false },
  upper: { value: upper, open: true },
});
