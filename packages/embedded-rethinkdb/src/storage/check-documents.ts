import type { Datum, DatumObject } from '../datum/datum.js';
import { encodePrimaryKey } from '../datum/key-encoding.js';
import { wholeRange } from './ranges.js';
import type { SecondaryIndex } from './secondary-index.js';
import type { Storage } from './storage.js';
import type { Table } from './table.js';

export interface TableCheck {
  /** Database and table name. */
  readonly table: string;
  readonly documents: number;
  readonly indexes: readonly { readonly name: string; readonly entries: number }[];
}

export interface DocumentsCheck {
  readonly tables: readonly TableCheck[];
  /** Descriptions of the first `MAX_FAULTS` faults; the others are only counted. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

const MAX_FAULTS = 50;
const DOCUMENTS_PER_PROGRESS = 5_000;

/**
 * Parses each document and compares each index with its documents: it must have all of their entries and no others. Rows
 * and entries without a table or index in the catalog are faults as well.
 */
export function checkDocuments(storage: Storage, onProgress: (text: string) => void): DocumentsCheck {
  const faults: string[] = [];
  let faultCount = 0;
  const report = (fault: string) => {
    faultCount++;
    if (faults.length < MAX_FAULTS) faults.push(fault);
  };
  const tables = storage.allTables().map((table) => checkTable(storage, table, report, onProgress));
  const { rows, entries } = storage.environment;
  const known = (sum: number, { documents }: TableCheck) => sum + documents;
  const unknownRows = rows.getKeysCount({}) - tables.reduce(known, 0);
  if (unknownRows !== 0) report(`${unknownRows} rows belong to no table`);
  const indexed = tables.flatMap(({ indexes }) => indexes).reduce((sum, index) => sum + index.entries, 0);
  const unknownEntries = entries.getKeysCount({}) - indexed;
  if (unknownEntries !== 0) report(`${unknownEntries} entries belong to no index`);
  return { tables, faults, faultCount };
}

function checkTable(
  { environment: { entries } }: Storage,
  table: Table,
  report: (fault: string) => void,
  onProgress: (text: string) => void,
): TableCheck {
  const name = `${table.db}.${table.name}`;
  const indexes = [...table.indexes.values()];
  const demanded = new Map<SecondaryIndex, number>(indexes.map((index) => [index, 0]));
  let documents = 0;
  for (const { key, value } of table.raw()) {
    documents++;
    if (documents % DOCUMENTS_PER_PROGRESS === 0) onProgress(`${name}: ${documents} documents`);
    const primaryKey = key.subarray(4);
    const doc = parse(value);
    const where = `${name}: the document at key ${primaryKey.toString('hex')}`;
    if (doc === null) {
      report(`${where} is not a JSON object`);
      continue;
    }
    if (!hasKey(doc[table.primaryKey], primaryKey)) report(`${where} has another primary key`);
    for (const index of indexes) {
      for (const entry of index.entriesOf(index.keysOf(doc), primaryKey)) {
        const stored = entries.get(entry.key);
        if (stored === undefined || !entry.value.equals(stored))
          report(`${where} is not in the index ${index.name} as it should be`);
        else demanded.set(index, (demanded.get(index) ?? 0) + 1);
      }
    }
  }
  return {
    table: name,
    documents,
    indexes: indexes.map((index) => {
      const { from, to } = wholeRange(index.prefix);
      const stored = entries.getKeysCount({ start: from, end: to });
      const surplus = stored - (demanded.get(index) ?? 0);
      if (surplus > 0)
        report(`${name}: the index ${index.name} has ${surplus} entries that no document demands`);
      return { name: index.name, entries: stored };
    }),
  };
}

function parse(json: string): DatumObject | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as DatumObject)
      : null;
  } catch {
    return null;
  }
}

function hasKey(value: Datum | undefined, primaryKey: Buffer): boolean {
  try {
    return value !== undefined && encodePrimaryKey(value).equals(primaryKey);
  } catch {
    return false;
  }
}
