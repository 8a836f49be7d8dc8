import { randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';

export interface KeyFileOptions<Key> {
  path: string;
  /** The text of a new file. */
  generate(): string;
  /** Null for a text that is not a complete key. */
  parse(text: string): Key | null;
  /** How to repair a damaged file. */
  advice: string;
}

/**
 * Reads a key from a file. Without the file, generates a key and stores it there, for the user of the process only.
 * @throws Error if the directory is not writable or the file does not contain a complete key
 */
export async function loadKeyFile<Key>(options: KeyFileOptions<Key>): Promise<Key> {
  return (await readKey(options)) ?? (await createKey(options));
}

async function readKey<Key>({ path, parse, advice }: KeyFileOptions<Key>): Promise<Key | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const key = parse(text.trim());
  if (key !== null) return key;
  throw new Error(`${path} does not contain a valid key: ${advice}`);
}

/** Writes a temporary file and links it, which is atomic: of several processes, the first one determines the key. */
async function createKey<Key>(options: KeyFileOptions<Key>): Promise<Key> {
  const { path, generate } = options;
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${generate()}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const key = await readKey(options);
  if (key === null) throw new Error(`${path} was deleted while it was read`);
  return key;
}
