import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';
import type { DatabaseLink } from '../connection/database-link.js';
import type {
  DatabaseSchema,
  SchemaListener,
  SchemaSession,
  SchemaWatcher,
} from '../connection/database-schema.js';
import { warnAboutReplicas } from './replicas.js';
import { completeTables, createTables } from './schema.js';
import { SchemaWatch } from './schema-watch.js';
import { NODES } from './tables.js';

export interface ChatSchemaOptions {
  /** Replicas of each new table; null for as many as there are servers, at most 3. */
  replicas?: number | null;
  /** Milliseconds between two checks whether tables, indexes and the write hook exist. */
  checkMs?: number;
}

/** The tables of the chat, as `Database` prepares and watches them on every link. */
export class ChatSchema implements DatabaseSchema {
  readonly heartbeats = NODES;
  readonly #replicas: number | null;
  readonly #checkMs: number;
  #hasCheckedReplicas = false;

  constructor({ replicas = null, checkMs = 5_000 }: ChatSchemaOptions = {}) {
    this.#replicas = replicas;
    this.#checkMs = checkMs;
  }

  createTables(session: SchemaSession): Promise<void> {
    return createTables(session, this.#replicas);
  }

  async complete(session: SchemaSession): Promise<void> {
    await completeTables(session);
    if (this.#hasCheckedReplicas) return;
    try {
      await warnAboutReplicas(session, this.#replicas);
    } catch (error) {
      // A server whose replicas cannot be counted can be used all the same.
      session.log.warn({ reason: reasonOf(error) }, 'database schema: replicas cannot be counted');
    }
    this.#hasCheckedReplicas = true;
  }

  watch(link: DatabaseLink, session: SchemaSession, listener: SchemaListener, log: Log): SchemaWatcher {
    const options = { replicas: this.#replicas, intervalMs: this.#checkMs };
    return new SchemaWatch(link, session, options, listener, log);
  }
}
