import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  const path = join(dataDir, FILE);
  return (await readKey(path)) ?? (await createKey(path));
}

async function readKey(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const key = text.trim();
  if (key.length >= KEY_BYTES) return key;
  throw new Error(
    `${path} does not contain a valid key: delete it to generate a new one, or set SESSION_SECRET`,
  );
}

/** Writes a temporary file and links it, which is atomic: of several processes, the first one determines the key. */
async function createKey(path: string): Promise<string> {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${key}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readKey(path)) ?? key;
  } finally {
    await rm(draft, { force: true });
  }
}
