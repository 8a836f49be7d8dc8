import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../server/protocol/message.js';
import { queryIndex } from '../../server/search/index/index-query.js';
import { prepareTables } from '../../server/search/index/index-schema.js';
import { openIndex } from '../../server/search/index/open-index.js';
import { SearchIndex } from '../../server/search/index/search-index.js';
import { WriterLock } from '../../server/search/index/writer-lock.js';
import { MatchedMessage, matches, type ResolvedQuery } from '../../server/search/query/matcher.js';
import { parseQuery } from '../../server/search/query/search-query.js';
import { phraseOf } from '../../server/search/query/tokens.js';

const WORDS = [
  'tea',
  'Tea',
  'täglich',
  'cake',
  'x',
  '東',
  '東京',
  '京都府',
  'ไทย',
  '🎉',
  'http://a.example/tea',
  "don't",
];
const AUTHORS = ['Ada', 'Ada Lovelace', 'Grace'];
const ROOMS = ['one', 'two', 'three'];

/** The same numbers in each run, from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('the search index', () => {
  let directory: string;
  let database: ReturnType<typeof openIndex>;
  let index: SearchIndex;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'changeroom-index-'));
    database = openIndex(path.join(directory, 'messages.db'));
    prepareTables(database);
    index = new SearchIndex(database);
  });

  afterEach(() => {
    index.close();
    rmSync(directory, { recursive: true });
  });

  test('finds the same messages as a comparison of each message with the query', () => {
    const random = randomNumbers(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const some = (max: number) => Array.from({ length: 1 + Math.floor(random() * max) }, () => pick(WORDS));
    const stored = new Map<string, Message>();
    const write = () => {
      const id = `m${Math.floor(random() * 150)}`;
      const name = pick(AUTHORS);
      const message: Message = {
        id,
        room: pick(ROOMS),
        body: some(6).join(pick([' ', ', ', ''])),
        // Few times: most messages share theirs with others.
        sent: 1_700_000_000_000 + Math.floor(random() * 20) * 86_400_000,
        author: { id_user: random() < 0.5 ? name : null, name },
        kind: 'message',
      };
      const isDeleted = random() < 0.2;
      if (isDeleted) stored.delete(id);
      else stored.set(id, message);
      return { id, message: isDeleted ? null : message };
    };
    const query = (): ResolvedQuery => {
      const parts = [random() < 0.8 && some(2).join(' '), random() < 0.3 && `"${some(2).join(' ')}"`];
      if (random() < 0.2) parts.push(`in:${pick(ROOMS)}`);
      if (random() < 0.2) parts.push('has:link');
      if (random() < 0.2) parts.push(`before:2023-11-${20 + Math.floor(random() * 10)}`);
      if (random() < 0.2) parts.push(`after:2023-11-${16 + Math.floor(random() * 10)}`);
      if (random() < 0.2) parts.push('from:ada');
      const parsed = parseQuery(parts.filter(Boolean).join(' ') || 'tea');
      const names = parsed.authors.map((name) => phraseOf(name));
      return { ...parsed, authors: names.length > 0 ? { ids: ['Grace'], names } : null };
    };
    let hits = 0;
    for (let round = 0; round < 12; round++) {
      index.apply(Array.from({ length: 20 }, write));
      for (let i = 0; i < 10; i++) {
        const asked = query();
        const deniedRooms = random() < 0.5 ? [pick(ROOMS)] : [];
        const found = queryIndex(database, { query: asked, deniedRooms, before: null, limit: 1_000 });
        const expected = [...stored.values()].filter(
          (message) => !deniedRooms.includes(message.room) && matches(asked, new MatchedMessage(message)),
        );
        const missed = expected.filter(({ id }) => !found.some((hit) => hit.id === id));
        expect(missed, asked.text).toEqual([]);
        expect(found).toHaveLength(expected.length);
        const times = found.map(({ id }) => stored.get(id)?.sent ?? 0);
        expect(times, asked.text).toEqual([...times].sort((a, b) => b - a));
        hits += found.length;
      }
    }
    expect(hits).toBeGreaterThan(300);
  });

  test('has room for any number of messages of one time, and returns them in pages', () => {
    const messages = Array.from({ length: 2_500 }, (_, i) => ({
      id: `m${i}`,
      message: {
        id: `m${i}`,
        room: 'one',
        body: 'same time',
        sent: 1_700_000_000_000,
        author: { id_user: null, name: 'script' },
        kind: 'message' as const,
      },
    }));
    index.apply(messages);
    const query: ResolvedQuery = { ...parseQuery('time'), authors: null };
    const ids = new Set<string>();
    let before: number | null = null;
    do {
      const page = queryIndex(database, { query, deniedRooms: [], before, limit: 700 });
      for (const { id } of page) ids.add(id);
      before = page.at(-1)?.row ?? null;
    } while (before !== null);
    expect(ids.size).toBe(2_500);
  });

  test('is written by one process at a time', () => {
    const file = path.join(directory, 'writer.lock');
    const [first, second] = [new WriterLock(file), new WriterLock(file)];
    expect([first.acquire(), second.acquire()]).toEqual([true, false]);
    first.close();
    expect(second.acquire()).toBe(true);
    second.close();
  });
});
