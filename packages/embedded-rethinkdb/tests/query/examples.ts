import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type Connection, r, type Term } from '../support/driver.js';

export type { Term };

/** The error a query is expected to fail with; the message may be a part of the whole. */
export interface Failure {
  readonly error: string;
  readonly message: string;
}

export function fails(error: string, message: string): Failure {
  return { error, message };
}

/** A query and what it answers: data (rows of a cursor as an array), or a failure. */
export type Example = readonly [query: Term, answer: unknown];

/** A database of the test file's own: on the embedded server, or on the one RETHINKDB_URL names. */
export function useDatabase(
  prepare: (run: (query: Term) => Promise<unknown>) => Promise<void> = async () => {},
) {
  let database: TestDatabase;
  const run = (query: Term, options: object = {}): Promise<unknown> =>
    answerOf(query, database.connection, options);
  beforeAll(async () => {
    database = await openDatabase();
    await run(r.dbCreate(database.name));
    await prepare(run);
  });
  afterAll(() => database.stop());
  return { run, name: () => database.name, isServer: () => database.isServer };
}

/** One test for each example, named by its key. */
export function examples(run: (query: Term) => Promise<unknown>, all: Record<string, Example>): void {
  for (const [name, [query, answer]] of Object.entries(all)) {
    test(name, async () => {
      if (isFailure(answer)) await expectFailure(run(query), answer);
      else expect(await run(query)).toEqual(answer);
    });
  }
}

export async function expectFailure(running: Promise<unknown>, { error, message }: Failure): Promise<void> {
  const outcome = await running.then(
    (value) => ({ value }),
    (reason: { name: string; msg: string }) => ({ error: reason.name, message: reason.msg }),
  );
  expect(outcome).toEqual({ error, message: expect.stringContaining(message) });
}

function isFailure(answer: unknown): answer is Failure {
  return typeof answer === 'object' && answer !== null && 'error' in answer && 'message' in answer;
}

async function answerOf(query: Term, connection: Connection, options: object): Promise<unknown> {
  const answer = await query.run(connection, options);
  return typeof answer?.toArray === 'function' && !Array.isArray(answer) ? answer.toArray() : answer;
}
