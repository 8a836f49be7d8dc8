import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadKeyFile } from '../lib/key-file.js';
import { DATABASE_FILES, makePrivate } from '../runtime/embedded-database.js';
import type { Log } from '../telemetry/logger.js';

export interface SecretSource {
  /** `SESSION_SECRET`. Several machines that serve one chat need the same one. */
  sessionSecret?: string | null;
  /** `DATA_DIR`, where a generated key is stored. */
  dataDir: string;
}

const FILE = 'session-secret';
const KEY_BYTES = 32;

/**
 * The key that signs cookies: the configured one, or a random one that is generated at the first start and stored in
 * `DATA_DIR/session-secret`, so that guests keep their identity after a restart. Revokes the access of other users of the
 * machine to the directory.
 * @throws Error if the directory is not writable or the file does not contain a complete key
 */
export async function loadSessionSecret(
  { sessionSecret, dataDir }: SecretSource,
  log?: Log,
): Promise<string> {
  if (sessionSecret) return sessionSecret;
  if (makePrivate(dataDir, [FILE, ...DATABASE_FILES]))
    log?.warn({ directory: dataDir }, 'access of other users to the data directory and its files revoked');
  return loadKeyFile({
    path: join(dataDir, FILE),
    generate: () => randomBytes(KEY_BYTES).toString('base64url'),
    parse: (text) => (text.length >= KEY_BYTES ? text : null),
    advice: 'delete it to generate a new one, or set SESSION_SECRET',
  });
}
