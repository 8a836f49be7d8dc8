import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE_FILES, makePrivate } from '../runtime/embedded-database.js';
import type { Log } from '../telemetry/logger.js';

export interface SecretSource {
  /** `SESSION_SECRET`; where several machines serve one chat, all of them need the same. */
  sessionSecret?: string | null;
  /** `DATA_DIR`, where the key is kept when none is set. */
  dataDir: string;
}

const FILE = 'session-secret';
const KEY_BYTES = 32;

/**
 * The key that signs cookies: the one that is set, or a random one that is made at the first start and
 * kept in `DATA_DIR/session-secret`, so that guests stay who they are over restarts. Other users of the machine lose
 * their rights to the folder.
 * @throws Error when the folder cannot be written, or the file holds less than a key.
 */
export async function loadSessionSecret(
  { sessionSecret, dataDir }: SecretSource,
  log?: Log,
): Promise<string> {
  if (sessionSecret) return sessionSecret;
  if (makePrivate(dataDir, [FILE, ...DATABASE_FILES]))
    log?.warn(
      { directory: dataDir },
      'the rights of other users to the data folder and its files were withdrawn',
    );
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
  throw new Error(`${path} holds no usable key: delete it to get a new one, or set SESSION_SECRET`);
}

/** Writes the whole key under another name first: linking it is atomic, and whoever links second takes the first's. */
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
