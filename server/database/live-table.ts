import { EventEmitter } from 'node:events';
import type { Log } from '../log.js';
import { CatchUp } from './catch-up.js';
import type { Database } from './database.js';
import { Feed } from './feed.js';
import { type Cursor, RAW } from './reql.js';

/** How rows of a table become values. */
export interface LiveTableParts<Row, Value> {
  table: string;
  /** Null for a row that cannot be used; rows may have been written by hand. */
  parse(row: Row): Value | null;
  /** By which a value is found; the same for the same primary key. */
  key(value: Value): string;
}

/**
 * All rows of a table, held in memory and kept current by one changefeed. `row` tells what became of each, those of
 * the first reading and those that changed while the feed was interrupted among them; `changed` the same without the
 * first reading.
 */
export class LiveTable<Row, Value> extends EventEmitter<{
  row: [before: Value | null, after: Value | null];
  changed: [before: Value | null, after: Value | null];
}> {
  private readonly rows = new Map<string, Value>();
  private readonly catchUp: CatchUp<Value[], Change<Value>>;
  private readonly feed: Feed<Row>;

  constructor(
    database: Database,
    private readonly parts: LiveTableParts<Row, Value>,
    log: Log,
  ) {
    super();
    this.setMaxListeners(0);
    const parse = (row: Row | null) => row && parts.parse(row);
    this.catchUp = new CatchUp({
      read: async () => {
        const cursor = await database.run<Cursor<Row>>(database.table(parts.table), RAW);
        return (await cursor.toArray()).map(parse).filter((value) => value !== null);
      },
      settle: (values) => this.settle(values),
      apply: (change) => this.apply(change),
      failed: (error) => log.warn({ table: parts.table, reason: error.message }, 'table not read'),
    });
    this.feed = new Feed<Row>(
      database,
      database.table(parts.table),
      {
        opened: () => this.catchUp.begin(),
        changed: (before, after) => this.catchUp.change({ before: parse(before), after: parse(after) }),
        lost: () => this.catchUp.stop(),
      },
      log,
    );
  }

  get(key: string): Value | undefined {
    return this.rows.get(key);
  }

  values(): Iterable<Value> {
    return this.rows.values();
  }

  /** Resolves when the rows are known. @throws ChatError `database-away` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    await this.catchUp.ready(timeoutMs);
  }

  /**
   * Resolves when the feed has brought what makes `check` true; after `timeoutMs` in any case, as the feed may be away
   * while the table is not. For whoever has written and wants to read it.
   */
  async reflects(check: () => boolean, timeoutMs: number): Promise<void> {
    if (check()) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (check()) end();
      };
      const end = () => {
        clearTimeout(timer);
        this.off('row', look);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.on('row', look);
    });
  }

  close(): void {
    this.catchUp.stop();
    this.feed.close();
  }

  private settle(values: Value[]): void {
    const found = new Map(values.map((value) => [this.parts.key(value), value]));
    const differences: Change<Value>[] = [];
    for (const [key, before] of this.rows) if (!found.has(key)) differences.push({ before, after: null });
    for (const [key, after] of found) {
      const before = this.rows.get(key) ?? null;
      if (JSON.stringify(before) !== JSON.stringify(after)) differences.push({ before, after });
    }
    const isFirst = !this.catchUp.isKnown;
    for (const difference of differences) this.apply(difference, isFirst);
  }

  /** What was before is what is known here: the feed may repeat what the reading has brought. */
  private apply(change: Change<Value>, silently = false): void {
    const value = change.after ?? change.before;
    if (!value) return;
    const key = this.parts.key(value);
    const before = this.rows.get(key) ?? null;
    const { after } = change;
    if (after) this.rows.set(key, after);
    else this.rows.delete(key);
    if (!before && !after) return;
    this.emit('row', before, after);
    if (!silently) this.emit('changed', before, after);
  }
}

interface Change<Value> {
  before: Value | null;
  after: Value | null;
}
