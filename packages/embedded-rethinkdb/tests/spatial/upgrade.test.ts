import { describe, expect, test } from 'vitest';
import type { Datum, DatumObject } from '../../src/datum/datum.js';
import { Ellipsoid } from '../../src/geo/ellipsoid.js';
import { toShape } from '../../src/geo/shape.js';
import { documentsIntersecting } from '../../src/spatial/index-queries.js';
import { searchAround } from '../../src/spatial/search-around.js';
import { checkDocuments } from '../../src/storage/check-documents.js';
import { SecondaryIndex } from '../../src/storage/secondary-index.js';
import type { Storage } from '../../src/storage/storage.js';
import { randomShapes } from '../geo/random-shapes.js';
import { onFields, openStorage, temporaryDirectory } from '../storage/open-storage.js';

const EARTH = new Ellipsoid(6_378_137, 1 / 298.257223563);
const shapes = randomShapes(5, 90);
const wanted = toShape(randomShapes(17, 30).find((shape) => shape.type === 'Polygon')!);

/** Rewrites the geospatial indexes of a table as versions without cells stored them. */
function downgrade(storage: Storage): void {
  const { catalog, entries } = storage.environment;
  const table = storage.table('test', 'places')!;
  storage.write(() => {
    for (const index of table.indexes.values()) {
      storage.clearIndex(index);
      const old = new SecondaryIndex(index.name, index.number, { ...index, hasCells: false }, (doc) =>
        field(doc, index.name),
      );
      for (const { key, value } of table.raw()) {
        const written = old.entriesOf(old.keysOf(JSON.parse(value) as DatumObject), key.subarray(4));
        for (const entry of written) entries.putSync(entry.key, entry.value);
      }
    }
    const record = table.toRecord();
    const indexes = record.indexes.map(({ hasCells: _, ...index }) => index);
    catalog.putSync(Buffer.from(`t${table.id}`), JSON.stringify({ ...record, indexes }));
  });
}

function field(doc: Datum, name: string): Datum {
  return (doc as DatumObject)[name] ?? null;
}

function answersOf(storage: Storage): unknown[] {
  const table = storage.table('test', 'places')!;
  return [...table.indexes.values()].flatMap((index) => {
    const ids = [...documentsIntersecting(table, index, wanted)].map((doc) => field(doc, 'id') as number);
    const search = { wanted: 20, maxDistance: 3_000_000, system: EARTH };
    const nearest = searchAround(table, index, [12, 51], search).map(({ metres }) => metres);
    return [ids.sort((a, b) => a - b), nearest.slice(0, 20)];
  });
}

describe('geospatial indexes of older versions', () => {
  test('geospatial indexes of older versions are readable, and are rebuilt when the directory is opened', async () => {
    const directory = temporaryDirectory();
    const first = openStorage(directory);
    first.write(() => {
      const table = first.createTable('test', 'places');
      table.createIndex('at', onFields('at', { geo: true }));
      table.createIndex('all', onFields('all', { geo: true, multi: true }));
      shapes.forEach((at, id) => {
        table.put({ id, at, all: [at, shapes[(id + 7) % shapes.length]!] }, null);
      });
    });
    const expected = answersOf(first);
    expect(expected).toMatchObject([expect.anything(), { length: 20 }, expect.anything(), { length: 20 }]);
    downgrade(first);
    await first.close();

    const old = openStorage(directory, { readOnly: true });
    expect([...old.table('test', 'places')!.indexes.values()].map(({ hasCells }) => hasCells)).toEqual([
      false,
      false,
    ]);
    expect(answersOf(old)).toEqual(expected);
    expect(checkDocuments(old, () => {}).faults).toEqual([]);
    await old.close();

    const rebuilt = openStorage(directory);
    expect([...rebuilt.table('test', 'places')!.indexes.values()].map(({ hasCells }) => hasCells)).toEqual([
      true,
      true,
    ]);
    expect(answersOf(rebuilt)).toEqual(expected);
    expect(checkDocuments(rebuilt, () => {}).faults).toEqual([]);
  });
});
