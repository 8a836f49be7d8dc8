import { randomUUID } from 'node:crypto';
import { isUnavailableResult } from '../../server/database/connection/availability.js';
import { type DriverConnection, keepStored, r } from '../../server/database/connection/reql.js';
import type { ErrorCode } from '../../server/protocol/errors.js';
import { ReturningClient } from '../../tests/support/returning-client.js';
import type { Ledger } from './ledger.js';

/** A write that is repeated with the same id until it is acknowledged. */
export type Write =
  | { kind: 'create'; id: string; room: string; body: string }
  | { kind: 'edit'; id: string; room: string; body: string }
  | { kind: 'delete'; id: string; room: string };

/** A way in. `send` resolves with true when the write is acknowledged, false when it is to be tried again. */
export interface Way {
  readonly name: string;
  /** It can change what it has written. */
  readonly canChange: boolean;
  /** @throws Error when the answer is one that trying again does not change */
  send(write: Write): Promise<boolean>;
  close(): Promise<void>;
}

export interface WriterOptions {
  rooms: readonly string[];
  pick: (below: number) => number;
  /** Milliseconds between two writes. */
  pauseMs: number;
  ledger: Ledger;
  /** The body of a new message, where it is not to be a plain one. */
  body?: (id: string) => string;
}

const RETRY_MS = 200;
/** Codes of errors after which the same write is tried again. */
const TEMPORARY: readonly ErrorCode[] = [
  'database-unavailable',
  'shutting-down',
  'rate-limited',
  'not-joined',
];

/** Writes until it is stopped, each message until it is acknowledged. */
export class Writer {
  private stopped = false;
  private done: Promise<void>;
  /** What this writer has written and not deleted. */
  private readonly own: { id: string; room: string }[] = [];

  constructor(
    readonly way: Way,
    private readonly options: WriterOptions,
  ) {
    this.done = this.run();
  }

  /** Resolves when what was begun is acknowledged. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
    await this.way.close();
  }

  /** Resolves when what was begun is acknowledged; nothing is written until `resume`. */
  async pause(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  resume(): void {
    this.stopped = false;
    this.done = this.run();
  }

  private async run(): Promise<void> {
    const { ledger, pauseMs } = this.options;
    while (!this.stopped) {
      const write = this.next();
      let retries = 0;
      try {
        while (!(await this.way.send(write))) {
          retries += 1;
          ledger.retry(this.way.name);
          await sleep(RETRY_MS);
        }
      } catch (error) {
        ledger.violations.push(`${this.way.name}: ${write.kind} ${write.id}: ${(error as Error).message}`);
        continue;
      }
      const body = write.kind === 'delete' ? null : write.body;
      ledger.acknowledge(this.way.name, write.id, { room: write.room, body });
      if (write.kind === 'create') this.own.push({ id: write.id, room: write.room });
      // A write without an answer may be executed late, as by a database host that was frozen with the query in its
      // buffers, and then undo a newer write to the same row. So such a row is not changed any more.
      if (retries > 0) this.forget(write.id);
      await sleep(pauseMs);
    }
  }

  private forget(id: string): void {
    const index = this.own.findIndex((message) => message.id === id);
    if (index >= 0) this.own.splice(index, 1);
  }

  private next(): Write {
    const { rooms, pick, body } = this.options;
    const turn = pick(10);
    if (this.way.canChange && turn < 2 && this.own.length > 0) {
      const index = pick(this.own.length);
      const message = this.own[index]!;
      if (turn === 0) return { kind: 'edit', ...message, body: `edited ${message.id} ${pick(1_000_000)}` };
      this.own.splice(index, 1);
      return { kind: 'delete', ...message };
    }
    const id = randomUUID();
    const text = body?.(id) ?? `${this.way.name} says ${id}`;
    return { kind: 'create', id, room: rooms[pick(rooms.length)]!, body: text };
  }
}

/** By HTTP, as the same guest all the time. */
export function restWay(name: string, url: string, cookie: string): Way {
  return {
    name,
    canChange: true,
    close: async () => {},
    send: async (write) => {
      const messages = `${url}/api/rooms/${encodeURIComponent(write.room)}/messages`;
      const at = write.kind === 'create' ? messages : `${messages}/${write.id}`;
      const method = { create: 'POST', edit: 'PATCH', delete: 'DELETE' }[write.kind];
      const headers = { cookie, 'content-type': 'application/json' };
      const { id } = write;
      const body = write.kind === 'delete' ? undefined : JSON.stringify(fieldsOf(write, id));
      const signal = AbortSignal.timeout(20_000);
      let response: Response;
      try {
        response = await fetch(at, { method, headers, body, signal });
        if (response.ok) {
          await response.text();
          return true;
        }
      } catch {
        return false; // the server is away, or does not answer
      }
      const problem = (await response.json().catch(() => ({}))) as { code?: ErrorCode };
      // It was deleted before, and the answer was lost.
      if (write.kind === 'delete' && problem.code === 'no-such-message') return true;
      if (problem.code && TEMPORARY.includes(problem.code)) return false;
      throw new Error(`${response.status} ${problem.code}`);
    },
  };
}

function fieldsOf(write: Write & { body: string }, id: string): object {
  return write.kind === 'create' ? { id, body: write.body } : { body: write.body };
}

/** By a socket that is in one room, and comes back when it is lost. */
export function socketWay(name: string, url: string, room: string, cookie: string): Way {
  const client = new ReturningClient(url, room, { websockets: true, cookie });
  return {
    name,
    canChange: false,
    close: async () => client.end(),
    send: async (write) => {
      if (write.kind !== 'create') throw new Error('sockets create messages only here');
      const { id, body } = write;
      const ask = client.ask({ type: 'createMessage', message: { id, room, body } }).catch(() => null);
      const answer = await ask;
      if (answer?.type === 'ack') return true;
      if (!answer) {
        if (!client.isJoined) client.join();
        return false;
      }
      if (answer.type === 'error' && TEMPORARY.includes(answer.code)) return false;
      throw new Error(JSON.stringify(answer));
    },
  };
}

/** By a driver of the database, like any other program. */
export function driverWay(name: string, connect: () => Promise<DriverConnection>): Way {
  let connection: DriverConnection | null = null;
  return {
    name,
    canChange: true,
    close: async () => {
      await connection?.close({ noreplyWait: false }).catch(() => {});
    },
    send: async (write) => {
      try {
        connection = connection?.open ? connection : await connect();
        return await within(20_000, execute(write, connection));
      } catch (error) {
        if (error instanceof Refused) throw error;
        void connection?.close({ noreplyWait: false }).catch(() => {});
        connection = null;
        return false;
      }
    },
  };
}

async function execute(write: Write, connection: DriverConnection): Promise<boolean> {
  const table = r.table('messages');
  const { id, room } = write;
  const query =
    write.kind === 'create'
      ? table.insert({ id, room, body: write.body }, { conflict: keepStored })
      : write.kind === 'edit'
        ? table.get(id).update({ body: write.body })
        : table.get(id).delete();
  const result = await query.run(connection);
  if (result.errors > 0 && !isUnavailableResult(result)) throw new Refused(result.first_error);
  return result.errors === 0;
}

/** The database takes this write at no time. */
class Refused extends Error {}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The cookie of a new guest. */
export async function guestCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/`);
  await response.text();
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`${url} gave no cookie`);
  return cookie;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
