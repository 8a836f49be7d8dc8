import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Datum, DatumObject } from '../../src/datum/datum.js';
import type { StoredFunction } from '../../src/storage/definitions.js';
import { Storage, type StorageOptions } from '../../src/storage/storage.js';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-storage-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A storage whose stored functions are the names of fields: `['room', 'at']` makes a compound index. */
export function openStorage(
  directory = temporaryDirectory(),
  options: Omit<StorageOptions, 'compileFunction'> = {},
): Storage {
  const storage = Storage.open(directory, { compileFunction, ...options });
  cleanups.push(() => storage.close());
  return storage;
}

/** The definition of an index on a field, or on several. */
export function onFields(fields: string | string[], kind: { multi?: boolean; geo?: boolean } = {}) {
  return { function: { term: fields }, multi: kind.multi ?? false, geo: kind.geo ?? false };
}

function compileFunction({ term }: StoredFunction): (doc: Datum) => Datum {
  const read = (doc: DatumObject, field: string) => {
    if (!Object.hasOwn(doc, field)) throw new Error(`No attribute ${field}.`);
    return doc[field]!;
  };
  return (doc) =>
    Array.isArray(term)
      ? term.map((field) => read(doc as DatumObject, String(field)))
      : read(doc as DatumObject, term as string);
}
