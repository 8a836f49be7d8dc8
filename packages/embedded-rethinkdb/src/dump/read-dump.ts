import { type Datum, type DatumObject, isObject } from '../datum/datum.js';
import { decodeJson } from '../datum/json.js';
import { ReqlError } from '../datum/reql-error.js';
import type { StoredFunction } from '../storage/definitions.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import { DumpError, type DumpSummary } from './dump-file.js';
import { DUMP_FORMAT, DUMP_PROGRAM } from './write-dump.js';

/** Documents of one transaction. */
const BATCH_DOCUMENTS = 500;
const BATCH_CHARACTERS = 4_000_000;
/** The database that a new storage has. */
const INITIAL_DATABASE = 'test';

/** Loads the lines of a dump into a new storage. @throws DumpError */
export async function loadLines(storage: Storage, lines: AsyncIterable<string>): Promise<DumpSummary> {
  const loader = new Loader(storage);
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      loader.add(line, number === 1);
    }
    return loader.end();
  } catch (error) {
    if (error instanceof ReqlError || error instanceof SyntaxError)
      throw new DumpError(`line ${number}: ${error.message}`);
    throw error;
  }
}

class Loader {
  readonly #storage: Storage;
  readonly #databases = new Set<string>();
  #table: Table | undefined;
  #documents: DatumObject[] = [];
  #characters = 0;
  #tableCount = 0;
  #documentCount = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  add(line: string, isFirst: boolean): void {
    const content = asObject(decodeJson(line));
    if (isFirst) checkHead(content);
    else if (content.document !== undefined) this.#addDocument(asObject(content.document), line.length);
    else if (content.table !== undefined) this.#createTable(asObject(content.table));
    else if (content.database !== undefined) this.#createDatabase(asText(content.database));
    else throw new DumpError('a line has an unknown kind');
  }

  end(): DumpSummary {
    this.#flush();
    if (!this.#databases.has(INITIAL_DATABASE))
      this.#storage.write(() => this.#storage.dropDatabase(INITIAL_DATABASE));
    return { tables: this.#tableCount, documents: this.#documentCount };
  }

  #createDatabase(name: string): void {
    this.#databases.add(name);
    if (name !== INITIAL_DATABASE) this.#storage.write(() => this.#storage.createDatabase(name));
  }

  #createTable(definition: DatumObject): void {
    this.#flush();
    const [db, name] = [asText(definition.db), asText(definition.name)];
    const { durability, indexes, writeHook = null } = definition;
    if (durability !== 'hard' && durability !== 'soft') throw invalidTable();
    if (!Array.isArray(indexes)) throw invalidTable();
    this.#storage.write(() => {
      const options = { primaryKey: asText(definition.primaryKey), durability } as const;
      const table = this.#storage.createTable(db, name, options);
      for (const index of indexes.map(asObject)) {
        const { multi, geo } = index;
        table.createIndex(asText(index.name), {
          function: asFunction(index.function),
          multi: multi === true,
          geo: geo === true,
        });
      }
      if (writeHook !== null) table.setWriteHook(asFunction(writeHook));
      this.#table = table;
    });
    this.#tableCount++;
  }

  #addDocument(document: DatumObject, characters: number): void {
    this.#documents.push(document);
    this.#characters += characters;
    if (this.#documents.length >= BATCH_DOCUMENTS || this.#characters >= BATCH_CHARACTERS) this.#flush();
  }

  #flush(): void {
    const [table, documents] = [this.#table, this.#documents];
    if (documents.length === 0) return;
    if (table === undefined) throw new DumpError('a document comes before the first table');
    this.#storage.write(() => {
      for (const document of documents) {
        const key = document[table.primaryKey];
        if (key === undefined) throw new DumpError(`a document of ${table.name} has no primary key`);
        if (table.get(key) !== null)
          throw new DumpError(`two documents of ${table.name} have one primary key`);
        table.put(document, null);
      }
    });
    this.#documentCount += documents.length;
    this.#documents = [];
    this.#characters = 0;
  }
}

function checkHead({ dump }: DatumObject): void {
  if (!isObject(dump) || dump.program !== DUMP_PROGRAM)
    throw new DumpError('it was not written by embedded-rethinkdb');
  if (dump.format !== DUMP_FORMAT)
    throw new DumpError(`it has the format ${String(dump.format)}, this version reads ${DUMP_FORMAT}`);
}

function asObject(value: Datum): DatumObject {
  if (isObject(value)) return value;
  throw new DumpError('a line has an unknown kind');
}

function asText(value: Datum | undefined): string {
  if (typeof value === 'string') return value;
  throw invalidTable();
}

function asFunction(value: Datum | undefined): StoredFunction {
  if (isObject(value) && value.term !== undefined) return { ...value, term: value.term };
  throw invalidTable();
}

function invalidTable(): DumpError {
  return new DumpError('the definition of a table is invalid');
}
