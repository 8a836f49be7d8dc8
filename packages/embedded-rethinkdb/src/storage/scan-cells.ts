import type { Datum, DatumObject } from '../datum/datum.js';
import type { CellRange } from '../geo/cells.js';
import { wholeRange } from './ranges.js';
import type { SecondaryIndex } from './secondary-index.js';
import type { Table } from './table.js';

/** Whether geometry is wanted. Its cell is given if it is a point. */
export type GeometryFilter = (geometry: Datum, cell: number | undefined) => boolean;

/**
 * The documents of a geospatial index that have wanted geometry in some cells, once for each such geometry. An index without
 * cells is scanned completely. Ranges must not overlap.
 */
export function* scanCells(
  table: Table,
  index: SecondaryIndex,
  ranges: readonly CellRange[],
  isWanted: GeometryFilter,
): Generator<DatumObject> {
  const seen = new Set<string>();
  const keys = index.hasCells ? ranges.map((range) => index.rangeOfCells(range)) : [wholeRange(index.prefix)];
  for (const range of keys) {
    for (const entry of table.rawEntries(range)) {
      const identity = index.identityOf(entry);
      if (identity !== undefined) {
        if (seen.has(identity)) continue;
        seen.add(identity);
      }
      let doc: DatumObject | null | undefined;
      const read = () => {
        doc ??= table.read(index.primaryKeyOf(entry));
        return doc;
      };
      const geometry = index.geometryOf(entry, read);
      if (geometry === undefined || !isWanted(geometry, index.cellOf(entry))) continue;
      const found = read();
      if (found !== null) yield found;
    }
  }
}

/** Whether a geospatial index has entries in some cells. */
export function hasEntries(table: Table, index: SecondaryIndex, cells: CellRange): boolean {
  return table.rawEntries(index.rangeOfCells(cells)).next().done !== true;
}
