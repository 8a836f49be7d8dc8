import type Database from 'libsql';
import type { ResolvedQuery } from '../query/matcher.js';
import { FACETS } from './index-entry.js';
import { AFTER_ALL_ROWS, firstRowAt } from './row-numbers.js';

/** A query of the index. Hits are newest first. */
export interface IndexQuery {
  query: ResolvedQuery;
  /** Rooms whose messages are left out. */
  deniedRooms: readonly string[];
  /** Only hits before this row; null: from the newest on. */
  before: number | null;
  limit: number;
}

/** A message that matches, unless it changed a moment ago. */
export interface Hit {
  row: number;
  id: string;
  room: string;
}

/** @returns at most `limit` hits; the index has more only if it returns that many */
export function queryIndex(
  database: Database.Database,
  { query, deniedRooms, before, limit }: IndexQuery,
): Hit[] {
  const numbers = new Numbers(database);
  const rooms = numbers.rooms(query.rooms);
  if (query.rooms.length > 0 && rooms.length === 0) return [];
  const denied = numbers.rooms(deniedRooms);
  const wanted = [
    ...query.phrases.map(phraseExpression),
    ...query.has.map((one) => `facets : "${FACETS.has(one)}"`),
    ...(rooms.length > 0 ? [anyFacet(rooms.map(FACETS.room))] : []),
  ];
  if (query.authors) {
    const authors = authorExpression(query.authors, numbers);
    if (authors === null) return [];
    wanted.push(authors);
  }
  const from = query.since === null ? 0 : firstRowAt(query.since);
  const to = Math.min(
    before ?? AFTER_ALL_ROWS,
    query.until === null ? AFTER_ALL_ROWS : firstRowAt(query.until),
  );
  if (wanted.length === 0) return byTime(database, { denied, from, to, limit });
  const expression = `(${wanted.join(') AND (')})`;
  const match = denied.length > 0 ? `(${expression}) NOT ${anyFacet(denied.map(FACETS.room))}` : expression;
  return database
    .prepare(
      `SELECT docs.row AS row, docs.id AS id, rooms.name AS room FROM words
       JOIN docs ON docs.row = words.rowid JOIN rooms ON rooms.no = docs.room
       WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT ?`,
    )
    .all(match, from, to, limit) as Hit[];
}

interface TimeRange {
  denied: number[];
  from: number;
  to: number;
  limit: number;
}

function byTime(database: Database.Database, { denied, from, to, limit }: TimeRange): Hit[] {
  return database
    .prepare(
      `SELECT docs.row AS row, docs.id AS id, rooms.name AS room FROM docs JOIN rooms ON rooms.no = docs.room
       WHERE docs.row >= ? AND docs.row < ? AND docs.room NOT IN (${denied.join(', ')})
       ORDER BY docs.row DESC LIMIT ?`,
    )
    .all(from, to, limit) as Hit[];
}

/** Terms consist of letters, digits, marks and emoji: they need no escaping between quotation marks. */
function phraseExpression(phrase: readonly string[]): string {
  const columns = phrase.length === 1 ? '{body chars}' : 'body';
  return `${columns} : "${phrase.join(' ')}"`;
}

function anyFacet(facets: readonly string[]): string {
  return `facets : (${facets.map((facet) => `"${facet}"`).join(' OR ')})`;
}

/** Null when no message can be from one of them. */
function authorExpression(
  { ids, names }: NonNullable<ResolvedQuery['authors']>,
  numbers: Numbers,
): string | null {
  const known = numbers.authors(ids);
  const any = names.filter((name) => name.length > 0).map((name) => `author : "${name.join(' ')}"`);
  if (known.length > 0) any.push(anyFacet(known.map(FACETS.author)));
  return any.length > 0 ? any.join(' OR ') : null;
}

/** Looks up the numbers of rooms and authors; those without a message have no number. */
class Numbers {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  rooms(names: readonly string[]): number[] {
    return this.#find('SELECT no FROM rooms WHERE name = ?', names);
  }

  authors(ids: readonly string[]): number[] {
    return this.#find('SELECT no FROM authors WHERE id_user = ?', ids);
  }

  #find(sql: string, names: readonly string[]): number[] {
    if (names.length === 0) return [];
    const statement = this.#database.prepare(sql);
    return names.flatMap((name) => (statement.get(name) as { no: number } | undefined)?.no ?? []);
  }
}
