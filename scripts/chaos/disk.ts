import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  mountSmallDisk,
  type SmallDisk,
  skipWithoutMount,
} from '../../packages/embedded-rethinkdb/tests/support/small-disk.js';
import { until } from '../../tests/support/until.js';
import type { Fault } from './faults.js';
import type { Ledger } from './ledger.js';

export interface DiskOptions {
  ledger: Ledger;
  /** Duration of the run. */
  seconds: number;
  print(line: string): void;
}

/** A directory for the data of the embedded database, and the faults of the file system that holds it. */
export interface Disk {
  directory: string;
  faults: Fault[];
  stop(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;
/** Less than the 16 MB that ordinary writes leave free, more than deletes may use. */
const FREE_WHEN_FULL_BYTES = 4 * MEGABYTE;
/** A run writes about 5 MB a minute. */
const BASE_MEGABYTES = 96;
const MEGABYTES_PER_MINUTE = 24;
/** For a writer to be refused on the full disk, and for a write to be accepted afterwards. */
const REACTION_MS = 30_000;

/** Mounts a tmpfs that can be filled. Without the permission to mount, prints the reason and has no faults. */
export async function startDisk({ ledger, seconds, print }: DiskOptions): Promise<Disk> {
  const { skip, meta } = skipWithoutMount();
  if (skip) {
    print(`skipped: the full disk (${meta?.skipReason})`);
    const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-chaos-'));
    return { directory, faults: [], stop: () => rm(directory, { recursive: true, force: true }) };
  }
  const disk = mountSmallDisk(BASE_MEGABYTES + Math.ceil((seconds / 60) * MEGABYTES_PER_MINUTE));
  const unmount = () => disk.unmount();
  process.once('exit', unmount);
  return {
    directory: disk.directory,
    faults: [fullDisk(disk, ledger)],
    stop: async () => {
      process.off('exit', unmount);
      unmount();
    },
  };
}

/** The disk stays full until a writer has been refused for it, and the fault ends when a write is accepted again. */
function fullDisk(disk: SmallDisk, ledger: Ledger): Fault {
  const expectSoon = (event: string, hasHappened: () => boolean) =>
    until(event, hasHappened, REACTION_MS).catch((error: Error) => {
      ledger.violations.push(`full disk: ${error.message}`);
    });
  return {
    name: 'fill the disk of the database',
    duration: [1_000, 5_000],
    begin: async () => {
      const { storageRefusals } = ledger;
      await disk.fill(FREE_WHEN_FULL_BYTES);
      return async () => {
        await expectSoon(
          'a write is refused as storage-full',
          () => ledger.storageRefusals > storageRefusals,
        );
        await disk.free();
        const { acknowledgedWrites } = ledger;
        await expectSoon('a write is accepted', () => ledger.acknowledgedWrites > acknowledgedWrites);
      };
    },
  };
}
