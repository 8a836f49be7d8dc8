import type { Connection } from '../tests/support/driver.js';
import { r } from '../tests/support/driver.js';
import { answerOf } from './answer.js';
import type { Area } from './area.js';
import { Random } from './random.js';

export interface Servers {
  readonly embedded: Connection;
  readonly rethinkdb: Connection;
}

export interface Difference {
  readonly seed: number;
  readonly query: string;
  readonly embedded: string;
  readonly rethinkdb: string;
}

export interface AreaResult {
  readonly area: string;
  readonly cases: number;
  readonly differences: readonly Difference[];
}

const QUERIES_IN_FLIGHT = 16;

/** Runs generated queries of an area on both servers. Case `i` has the seed `seed + i`. */
export async function compareArea(
  area: Area,
  servers: Servers,
  seed: number,
  cases: number,
): Promise<AreaResult> {
  const database = `conformance_${area.name.replace(/\W/g, '_')}`;
  for (const connection of [servers.embedded, servers.rethinkdb]) {
    await r.branch(r.dbList().contains(database), r.dbDrop(database), null).run(connection);
    await r.dbCreate(database).run(connection);
    connection.use(database);
    // Random rows may be invalid: both servers refuse them.
    for (const query of area.prepare?.(new Random(seed)) ?? []) await answerOf(connection, query, false);
  }
  const differences: Difference[] = [];
  let next = seed;
  const isUnordered = area.isUnordered ?? false;
  const work = async () => {
    for (let own = next++; own < seed + cases; own = next++) {
      const query = area.generate(new Random(own));
      const [embedded, rethinkdb] = await Promise.all([
        answerOf(servers.embedded, query, isUnordered),
        answerOf(servers.rethinkdb, query, isUnordered),
      ]);
      if (embedded !== rethinkdb) differences.push({ seed: own, query: String(query), embedded, rethinkdb });
    }
  };
  await Promise.all(Array.from({ length: QUERIES_IN_FLIGHT }, work));
  for (const connection of [servers.embedded, servers.rethinkdb]) await r.dbDrop(database).run(connection);
  return { area: area.name, cases, differences };
}
