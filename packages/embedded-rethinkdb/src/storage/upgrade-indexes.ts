import { StorageFullError } from './space.js';
import type { Table } from './table.js';

interface Tables {
  allTables(): Table[];
  write<T>(job: () => T): T;
}

/** Rebuilds geospatial indexes of versions before 0.2. Without the space for that, they are used as they are. */
export function upgradeIndexes(storage: Tables): void {
  for (const table of storage.allTables()) {
    for (const index of [...table.indexes.values()]) {
      if (!index.geo || index.hasCells) continue;
      try {
        storage.write(() => table.rebuildIndex(index));
      } catch (error) {
        if (!(error instanceof StorageFullError)) throw error;
      }
    }
  }
}
