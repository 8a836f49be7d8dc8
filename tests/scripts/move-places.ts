import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Embedded, startEmbedded } from 'embedded-rethinkdb';
import rethinkdb from 'rethinkdb';
import { type DatabaseHost, databaseAddress } from '../../server/config/database-url.js';
import { type DriverConnection, r } from '../../server/database/connection/reql.js';

export type Kind = 'embedded' | 'server';

/** The name of a database that does not exist yet, and a connection. */
export interface Place extends DatabaseHost {
  db: string;
  connection: DriverConnection;
}

/** The databases and files of one test file. */
export class Places {
  readonly folder: string;
  readonly #closing: (() => Promise<void>)[] = [];
  readonly #engines = new Map<'from' | 'to', Embedded>();

  private constructor(folder: string) {
    this.folder = folder;
    this.#closing.push(() => rm(folder, { recursive: true, force: true }));
  }

  static async open(): Promise<Places> {
    return new Places(await mkdtemp(path.join(tmpdir(), 'changeroom-move-')));
  }

  /** Adds a database to one of two embedded databases, or to the server of RETHINKDB_URL. */
  async add(end: 'from' | 'to', kind: Kind): Promise<Place> {
    const { host, port } =
      kind === 'server' ? databaseAddress(process.env.RETHINKDB_URL!).hosts[0]! : await this.#engine(end);
    const db = `test_${randomBytes(6).toString('hex')}`;
    const connection = await rethinkdb.connect({ host, port, db });
    this.#closing.push(async () => {
      await r.branch(r.dbList().contains(db), r.dbDrop(db), null).run(connection);
      await connection.close();
    });
    return { host, port, db, connection };
  }

  file(ending: string): string {
    return path.join(this.folder, `chat-${randomBytes(4).toString('hex')}.${ending}`);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }

  async #engine(end: 'from' | 'to'): Promise<Embedded> {
    const running = this.#engines.get(end);
    if (running) return running;
    const engine = await startEmbedded({ directory: path.join(this.folder, end) });
    this.#engines.set(end, engine);
    this.#closing.push(() => engine.stop());
    return engine;
  }
}
