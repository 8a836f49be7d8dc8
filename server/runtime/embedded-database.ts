import { type Embedded, type SpaceStatus, startEmbedded } from 'embedded-rethinkdb';
import type { Config } from '../config/config.js';
import { type DatabaseAddress, DEFAULT_DB } from '../config/database-url.js';
import type { Log } from '../telemetry/logger.js';
import { fail } from './signals.js';

export { DATABASE_FILES, makePrivate } from 'embedded-rethinkdb';

/** Milliseconds that it has to last after an end, or starting it again does not help. */
const STABLE_MS = 10_000;

/**
 * Starts the embedded database as the settings say: for the only process, or by the primary for all. If it ends though
 * nobody stopped it, as for want of memory, it is started again in its place, and clients reconnect. If it ends soon
 * again, so does the process, with 1, for whoever looks after that.
 *
 * @throws EmbeddedError with a message for the operator
 */
export async function superviseEmbeddedDatabase(
  { dataDir, embedded: { port, password, dataLimitBytes } }: Config,
  log: Log,
): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  let lastEnd = Number.NEGATIVE_INFINITY;
  const start = (at: number): Promise<Embedded> =>
    startEmbedded({ directory: dataDir, port: at, password, dataLimitBytes, onExit, onSpace, onNotice });
  const onNotice = (text: string) => log.warn({ directory: dataDir }, `embedded database: ${text}`);
  const onSpace = (status: SpaceStatus) => {
    if (status.state === 'ok') log.info('embedded database: storage has room again, writes are accepted');
    else log.error({ reason: status.reason }, 'embedded database: storage full, writes are refused');
  };
  const onExit = (error: Error) => {
    log.fatal({ err: error }, 'embedded database: ended unexpectedly');
    if (Date.now() - lastEnd < STABLE_MS) fail(error.message, 1);
    lastEnd = Date.now();
    current = start(first.port).catch((reason: Error) => fail(reason.message, 1));
  };

  const first = await start(port);
  const hosts = [{ host: first.host, port: first.port }];
  const address = { hosts, db: DEFAULT_DB, user: 'admin', password, tls: null };
  let current = Promise.resolve(first);
  return { address, stop: async () => (await current).stop() };
}
