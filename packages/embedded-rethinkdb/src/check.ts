import { compileStoredFunction } from './query/functions/compile-stored.js';
import { checkDocuments, type DocumentsCheck } from './storage/check-documents.js';
import { DirectoryError } from './storage/data-directory.js';
import { Storage } from './storage/storage.js';

/** A message from a process that checks a directory to its parent. */
export type CheckMessage =
  | { readonly kind: 'progress'; readonly text: string }
  | ({ readonly kind: 'report' } & DocumentsCheck)
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/**
 * Checks the directory that is its argument, in a child process: a damaged file may crash LMDB, which the parent reports.
 * Writes nothing.
 */
async function run(directory: string): Promise<void> {
  const storage = Storage.open(directory, {
    compileFunction: compileStoredFunction,
    readOnly: true,
    checkBudgetMs: Number.POSITIVE_INFINITY,
    onCheckProgress: (pages) => send({ kind: 'progress', text: `${pages} pages` }),
  });
  const check = checkDocuments(storage, (text) => send({ kind: 'progress', text }));
  await storage.close();
  send({ kind: 'report', ...check });
}

function send(message: CheckMessage): void {
  process.send?.(message);
}

await run(process.argv[2] ?? '').catch((error: Error) => {
  const code = error instanceof DirectoryError ? error.code : 'failed';
  send({ kind: 'refused', code, message: error.message });
});
process.disconnect?.();
