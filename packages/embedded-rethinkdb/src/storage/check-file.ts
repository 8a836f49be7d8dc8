import { isUtf8 } from 'node:buffer';
import { DamageError, PageFile, type Tree } from './page-file.js';

export interface FileCheck {
  readonly pages: number;
  /** Pages of the file, free ones included. */
  readonly allPages: number;
  /** False if the time was over before all pages were visited. */
  readonly isComplete: boolean;
  /** No transaction has been committed yet. */
  readonly isNew: boolean;
}

const NAMED_TREES = ['catalog', 'rows', 'entries'];
/** Trees with JSON values, in which damage can be detected. */
const JSON_TREES = ['rows'];
const PAGES_PER_LOOK = 256;

/**
 * Checks all pages of a data file: their headers, the nodes in them, each tree against its record, and that no page is
 * used twice or is used and free. A value of `rows` must look like a JSON object. Reads by `read`, never by a mapping.
 *
 * @param budgetMs time after which it ends without an error
 * @throws DamageError
 */
export function checkFile(
  path: string,
  budgetMs = Number.POSITIVE_INFINITY,
  onProgress?: (pages: number) => void,
): FileCheck {
  const file = new PageFile(path);
  const end = performance.now() + budgetMs;
  let pages = 0;
  const onPage = () => {
    if (++pages % PAGES_PER_LOOK !== 0) return true;
    onProgress?.(pages);
    return performance.now() < end;
  };
  try {
    const { freeList, main, lastPage, transaction } = file.snapshot;
    const named = new Map<string, Tree>();
    let isComplete = file.walk(main, {
      onPage,
      onEntry: ({ key, value, isTree }) => {
        if (!isTree) throw new DamageError('an entry stands where a tree is expected');
        named.set(key.toString().replace(/\0$/, ''), file.treeOf(value));
      },
    });
    for (const [name, tree] of named) {
      if (!NAMED_TREES.includes(name)) throw new DamageError('it has a tree of another program');
      const checkValue = JSON_TREES.includes(name) ? refuseOtherThanJson : () => {};
      isComplete &&= file.walk(tree, { onPage, onEntry: ({ value }) => checkValue(value) });
    }
    isComplete &&= file.walk(freeList, { onPage, onEntry: ({ value }) => markFreePages(file, value) });
    return { pages, allPages: lastPage + 1, isComplete, isNew: transaction === 0 || named.size === 0 };
  } finally {
    file.close();
  }
}

/** A list of 8-byte numbers: their count, then pages. A block of pages is its negative length and its first page. */
function markFreePages(file: PageFile, list: Buffer): void {
  const count = list.length < 8 ? -1 : Number(list.readBigInt64LE(0));
  if (count < 0 || (count + 1) * 8 > list.length)
    throw new DamageError('the list of free pages is impossible');
  for (let i = 1; i <= count; i++) {
    const number = Number(list.readBigInt64LE(i * 8));
    if (number > 0) file.mark(number);
    else if (number < 0) {
      if (i === count) throw new DamageError('the list of free pages is cut off');
      file.mark(Number(list.readBigInt64LE(++i * 8)), Math.min(-number, file.snapshot.lastPage + 1));
    }
  }
}

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Faster than parsing; refuses zeros, other pages and random bytes. */
function refuseOtherThanJson(value: Buffer): void {
  const isText =
    value[0] === OPENING_BRACE &&
    value[value.length - 1] === CLOSING_BRACE &&
    !value.includes(0) &&
    isUtf8(value);
  if (!isText) throw new DamageError('a document is not readable');
}
