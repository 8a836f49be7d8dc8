import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { compileStoredFunction } from '../../src/query/functions/compile-stored.js';
import { DirectoryError } from '../../src/storage/data-directory.js';
import { Storage } from '../../src/storage/storage.js';

// Opens each directory that it is given on a line, and answers with what came of it. If LMDB crashes, so does it.
for await (const directory of createInterface(process.stdin))
  console.log(JSON.stringify(await open(directory)));

async function open(directory: string): Promise<{ code: string; message?: string; digest?: string }> {
  let storage: Storage | undefined;
  try {
    storage = Storage.open(directory, { compileFunction: compileStoredFunction });
    const digest = digestOf(storage);
    // A write takes pages from the list of free pages.
    const table = storage.table('test', 't')!;
    for (let id = 0; id < 20; id++)
      storage.write(() => table.put({ id: `new-${id}`, text: 'x'.repeat(5_000) }, null));
    return { code: 'opened', digest };
  } catch (error) {
    const { message } = error as Error;
    return { code: error instanceof DirectoryError ? error.code : 'other', message };
  } finally {
    await storage?.close().catch(() => {});
  }
}

/** Of all documents, in the order of their keys and of each index. */
function digestOf(storage: Storage): string {
  const hash = createHash('sha256');
  for (const table of storage.allTables()) {
    hash.update(JSON.stringify(table.toRecord()));
    for (const doc of table.scan()) hash.update(JSON.stringify(doc));
    for (const index of table.indexes.values())
      for (const { value, doc } of table.scanIndex(index)) hash.update(JSON.stringify([value, doc]));
  }
  return hash.digest('hex');
}
