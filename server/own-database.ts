import type { Config } from './config.js';
import { type DatabaseAddress, DEFAULT_DB } from './database-address.js';
import { type Embedded, startEmbedded } from './embedded/index.js';
import { fail } from './lifecycle.js';
import type { Log } from './log.js';

/** Milliseconds that it has to last after an end, or starting it again does not help. */
const STABLE_MS = 10_000;

/**
 * Starts the embedded database as the settings say: for the only process, or by the primary for all. If it ends though
 * nobody stopped it, as for want of memory, it is started again in its place, and clients reconnect. If it ends soon
 * again, so does the process, with 1, for whoever looks after that.
 *
 * @throws EmbeddedError with a message for the operator
 */
export async function openOwnDatabase(
  { dataDir, embedded: { port, password } }: Config,
  log: Log,
): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  let lastEnd = Number.NEGATIVE_INFINITY;
  const start = (at: number): Promise<Embedded> =>
    startEmbedded({ directory: dataDir, port: at, password, onExit });
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
