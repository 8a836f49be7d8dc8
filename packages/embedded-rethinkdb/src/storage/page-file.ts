import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

// LMDB's data file (format version 2, 64 bit, little endian), read without LMDB, which crashes on damaged pages.

const PAGE_HEADER_BYTES = 24;
const NODE_HEADER_BYTES = 8;
const TREE_BYTES = 48;
const MAGIC = 0xbeefc0de;
const FORMAT_VERSION = 2;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const META = 0x08;
const PAGE_KINDS = 0x6f;
const NODE_OVERFLOWS = 0x01;
const NODE_IS_TREE = 0x02;
/** Above the depth that a file of the largest size can have. */
const MAX_TREE_DEPTH = 32;

/** Damage of a data file. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

/** The record of a B-tree. */
export interface Tree {
  /** The number of pages from the root to a leaf; 0: the tree is empty. */
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  readonly root: number;
}

/** A committed state of the whole file. */
export interface Snapshot {
  readonly transaction: number;
  readonly lastPage: number;
  /** The free pages, by the transaction that freed them. */
  readonly freeList: Tree;
  /** The named databases. */
  readonly main: Tree;
}

/** An entry of a leaf page. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
  /** The value is the record of another tree. */
  readonly isTree: boolean;
}

export interface WalkOptions {
  /** Called for each entry, in order; buffers are valid during the call only. */
  readonly onEntry: (entry: Entry) => void;
  /** Called for each page that was read. @returns false to end the walk */
  readonly onPage: () => boolean;
}

/** A data file that is open for checking. Every method throws a DamageError for damage. */
export class PageFile {
  readonly pageBytes: number;
  readonly snapshot: Snapshot;
  readonly #file: number;
  readonly #bytes: number;
  /** One bit for each page that was visited or is free. */
  readonly #seen: Uint8Array;
  readonly #buffers: Buffer[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    try {
      const status = fstatSync(this.#file);
      if (!status.isFile()) throw new Error(`${path} is not a regular file`);
      this.#bytes = status.size;
      if (this.#bytes === 0) throw new DamageError('the file is empty');
      this.pageBytes = this.#readPageBytes();
      this.snapshot = this.#readSnapshot();
      this.#seen = new Uint8Array(Math.ceil((this.snapshot.lastPage + 1) / 8));
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /**
   * Visits all pages of a tree and compares them with its record.
   * @returns false if `onPage` ended the walk
   */
  walk(tree: Tree, { onEntry, onPage }: WalkOptions): boolean {
    const counted = { branches: 0, leaves: 0, overflows: 0, entries: 0 };
    const visit = (number: number, level: number): boolean => {
      const page = this.#readPage(number, level);
      const isLeaf = level === tree.depth;
      const kind = page.readUInt16LE(18) & PAGE_KINDS;
      if (kind !== (isLeaf ? LEAF : BRANCH)) throw damaged(number, 'it is a page of another kind');
      counted[isLeaf ? 'leaves' : 'branches']++;
      if (!onPage()) return false;
      const nodes = this.#nodes(page, number, isLeaf);
      if (!isLeaf) {
        // Deeper levels do not use the buffer of this level.
        for (const node of nodes) if (!visit(childOf(page, node), level + 1)) return false;
        return true;
      }
      for (const node of nodes) {
        const entry = this.#entry(page, node, number);
        counted.overflows += entry.overflows;
        counted.entries++;
        onEntry(entry);
      }
      return true;
    };
    if (tree.depth > 0 && !visit(tree.root, 1)) return false;
    for (const name of ['branches', 'leaves', 'overflows', 'entries'] as const) {
      if (counted[name] !== tree[name])
        throw new DamageError(`a tree has ${counted[name]} ${name}, but its record says ${tree[name]}`);
    }
    return true;
  }

  /** The tree whose record is the value of an entry. */
  treeOf(value: Buffer): Tree {
    if (value.length !== TREE_BYTES) throw new DamageError('the record of a tree has the wrong length');
    return this.#tree(value, 0);
  }

  /** Marks pages as used or free. @throws DamageError if they are outside the file or already marked */
  mark(first: number, count = 1): void {
    for (let number = first; number < first + count; number++) {
      if (!(number >= 2 && number <= this.snapshot.lastPage))
        throw new DamageError(`page ${number} does not exist, but is referred to`);
      const bit = 1 << (number & 7);
      if (this.#seen[number >> 3]! & bit) throw damaged(number, 'it is used twice');
      this.#seen[number >> 3]! |= bit;
    }
  }

  #readPageBytes(): number {
    const head = this.#read(0, 64, Buffer.alloc(64));
    if (head.readUInt32LE(PAGE_HEADER_BYTES) !== MAGIC)
      throw new DamageError('it does not begin as a data file');
    const bytes = head.readUInt32LE(48);
    if (bytes < 512 || bytes > 65536 || (bytes & (bytes - 1)) !== 0)
      throw new DamageError(`the page size of ${bytes} is impossible`);
    return bytes;
  }

  /** The two meta pages have the last two snapshots. LMDB uses the newer one, and would not notice its loss. */
  #readSnapshot(): Snapshot {
    const [first, second] = [this.#readMeta(0), this.#readMeta(1)];
    if (Math.abs(first.transaction - second.transaction) > 1)
      throw new DamageError('the two meta pages do not belong together');
    return first.transaction >= second.transaction ? first : second;
  }

  #readMeta(number: number): Snapshot {
    const page = this.#read(number * this.pageBytes, 168, Buffer.alloc(168));
    const isMeta =
      number64(page, 0) === number &&
      page.readUInt16LE(18) === META &&
      page.readUInt32LE(24) === MAGIC &&
      (page.readUInt32LE(28) & 0xffff) === FORMAT_VERSION &&
      page.readUInt32LE(48) === this.pageBytes;
    if (!isMeta) throw damaged(number, 'it is no meta page');
    const [mapBytes, lastPage] = [number64(page, 40), number64(page, 144)];
    if (
      lastPage < 1 ||
      (lastPage + 1) * this.pageBytes > Math.max(mapBytes, 2 ** 20) * 2 ||
      mapBytes > 2 ** 46
    )
      throw damaged(number, 'its sizes are impossible');
    const trees = { freeList: this.#tree(page, 48), main: this.#tree(page, 96) };
    return { transaction: number64(page, 152), lastPage, ...trees };
  }

  #tree(bytes: Buffer, at: number): Tree {
    const isEmpty = bytes.readBigUInt64LE(at + 40) === 0xffffffffffffffffn;
    const tree = {
      depth: bytes.readUInt16LE(at + 6),
      branches: number64(bytes, at + 8),
      leaves: number64(bytes, at + 16),
      overflows: number64(bytes, at + 24),
      entries: number64(bytes, at + 32),
      root: isEmpty ? 0 : number64(bytes, at + 40),
    };
    if (isEmpty !== (tree.depth === 0) || tree.depth > MAX_TREE_DEPTH || (isEmpty && tree.entries > 0))
      throw new DamageError('the record of a tree is impossible');
    return tree;
  }

  #readPage(number: number, level: number): Buffer {
    this.mark(number);
    this.#buffers[level] ??= Buffer.alloc(this.pageBytes);
    const page = this.#read(number * this.pageBytes, this.pageBytes, this.#buffers[level]);
    if (number64(page, 0) !== number) throw damaged(number, 'it was overwritten');
    if (number64(page, 8) > this.snapshot.transaction)
      throw damaged(number, 'it is newer than the last commit');
    return page;
  }

  /** The positions of a page's nodes, which fill the page from its upper bound to its end. */
  #nodes(page: Buffer, number: number, isLeaf: boolean): number[] {
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const room = this.pageBytes - PAGE_HEADER_BYTES;
    if ((lower & 1) !== 0 || lower === 0 || lower > upper || upper > room)
      throw damaged(number, 'its bounds are impossible');
    const nodes: number[] = [];
    let used = 0;
    for (let i = 0; i < lower; i += 2) {
      const node = page.readUInt16LE(PAGE_HEADER_BYTES + i);
      const start = node + PAGE_HEADER_BYTES;
      if (node < upper || (node & 1) !== 0 || start + NODE_HEADER_BYTES > this.pageBytes)
        throw damaged(number, 'a node is outside');
      const bytes = nodeBytes(page, start, isLeaf);
      if (start + bytes > this.pageBytes) throw damaged(number, 'a node is too long');
      used += bytes + (bytes & 1);
      nodes.push(start);
    }
    if (used !== room - upper) throw damaged(number, 'its nodes do not fill it');
    return nodes;
  }

  #entry(page: Buffer, start: number, number: number): Entry & { overflows: number } {
    const flags = page.readUInt16LE(start + 4);
    if (flags !== 0 && flags !== NODE_OVERFLOWS && flags !== NODE_IS_TREE)
      throw damaged(number, 'a node is of an unknown kind');
    const from = start + NODE_HEADER_BYTES;
    const to = from + page.readUInt16LE(start + 6);
    const key = page.subarray(from, to);
    const bytes = page.readUInt32LE(start);
    if (flags === NODE_OVERFLOWS) {
      const [first, count] = [number64(page, to), number64(page, to + 16)];
      return { key, value: this.#overflow(first, count, bytes), isTree: false, overflows: count };
    }
    return { key, value: page.subarray(to, to + bytes), isTree: flags === NODE_IS_TREE, overflows: 0 };
  }

  #overflow(first: number, count: number, bytes: number): Buffer {
    if (count !== Math.floor((PAGE_HEADER_BYTES - 1 + bytes) / this.pageBytes) + 1)
      throw damaged(first, 'its length does not fit its value');
    this.mark(first, count);
    const length = PAGE_HEADER_BYTES + bytes;
    const pages = this.#read(first * this.pageBytes, length, Buffer.allocUnsafe(length));
    const isRight =
      number64(pages, 0) === first &&
      (pages.readUInt16LE(18) & PAGE_KINDS) === OVERFLOW &&
      pages.readUInt32LE(20) === count;
    if (!isRight) throw damaged(first, 'it was overwritten');
    return pages.subarray(PAGE_HEADER_BYTES);
  }

  #read(position: number, length: number, into: Buffer): Buffer {
    if (position + length > this.#bytes)
      throw new DamageError(`the file ends at byte ${this.#bytes}, before a page at byte ${position}`);
    if (readSync(this.#file, into, 0, length, position) < length)
      throw new DamageError('the file became shorter');
    return into;
  }
}

function nodeBytes(page: Buffer, start: number, isLeaf: boolean): number {
  const withKey = NODE_HEADER_BYTES + page.readUInt16LE(start + 6);
  if (!isLeaf) return withKey;
  const overflows = (page.readUInt16LE(start + 4) & NODE_OVERFLOWS) !== 0;
  return withKey + (overflows ? 24 : page.readUInt32LE(start));
}

function childOf(page: Buffer, start: number): number {
  return page.readUInt32LE(start) + page.readUInt16LE(start + 4) * 2 ** 32;
}

/** Numbers above 2^53 lose digits, but are impossible in a data file. */
function number64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

function damaged(page: number, fault: string): DamageError {
  return new DamageError(`page ${page} is damaged: ${fault}`);
}
