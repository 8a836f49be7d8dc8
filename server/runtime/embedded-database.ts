import { type Embedded, EmbeddedError, type SpaceStatus, startEmbedded } from 'embedded-rethinkdb';
import type { Config } from '../config/config.js';
import { type DatabaseAddress, DEFAULT_DB } from '../config/database-url.js';
import type { Log } from '../telemetry/logger.js';
import { fail } from './signals.js';

export { DATABASE_FILES, makePrivate } from 'embedded-rethinkdb';

/** Time that the database must run after an unexpected end, or the process ends as well. */
const MIN_UPTIME_MS = 10_000;

/** Advice for the operator, by error code. */
const ADVICE: Partial<Record<EmbeddedError['code'], string>> = {
  'embedded-port-taken':
    'Set EMBEDDED_PORT to another port (0 for any), or RETHINKDB_URL to use the database there.',
  'embedded-directory-locked': 'Set DATA_DIR to another directory, or RETHINKDB_URL to share one database.',
  'embedded-storage-full': 'Set DATA_DIR to use another directory.',
  'embedded-directory-damaged':
    'To check the database of DATA_DIR: npm run database -- --check\nTo start an empty chat: set DATA_DIR to an empty directory.',
};

/**
 * Starts the embedded database with the configured options: for the only process, or in the primary for all processes. If
 * it ends unexpectedly (for example out of memory), it is restarted and clients reconnect. If it ends again within
 * `MIN_UPTIME_MS`, the process ends with exit code 1, for its supervisor.
 *
 * @throws EmbeddedError with a message for the operator
 */
export async function superviseEmbeddedDatabase(
  { dataDir, embedded: { port, password, dataLimitBytes } }: Config,
  log: Log,
): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  let lastEndAt = Number.NEGATIVE_INFINITY;
  const start = (at: number): Promise<Embedded> =>
    startEmbedded({
      directory: dataDir,
      port: at,
      password,
      dataLimitBytes,
      onExit,
      onSpace,
      onNotice,
    }).catch((error) => Promise.reject(withAdvice(error)));
  const onNotice = (text: string) => log.warn({ directory: dataDir }, `embedded database: ${text}`);
  const onSpace = (status: SpaceStatus) => {
    if (status.state === 'ok') log.info('embedded database: storage has room again, writes are accepted');
    else log.error({ reason: status.reason }, 'embedded database: storage full, writes are refused');
  };
  const onExit = (error: Error) => {
    log.fatal({ err: error }, 'embedded database: ended unexpectedly');
    if (Date.now() - lastEndAt < MIN_UPTIME_MS) fail(error.message, 1);
    lastEndAt = Date.now();
    current = start(first.port).catch((reason: Error) => fail(reason.message, 1));
  };

  const first = await start(port);
  const hosts = [{ host: first.host, port: first.port }];
  const address = { hosts, db: DEFAULT_DB, user: 'admin', password, tls: null };
  let current = Promise.resolve(first);
  return { address, stop: async () => (await current).stop() };
}

function withAdvice(error: unknown): unknown {
  const advice = error instanceof EmbeddedError ? ADVICE[error.code] : undefined;
  if (!(error instanceof EmbeddedError) || advice === undefined) return error;
  return new EmbeddedError(error.code, `${error.message}\n${advice.replace(/^/gm, '  ')}`);
}
