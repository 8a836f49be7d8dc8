import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of a few megabytes, which a test can fill. */
export interface SmallDisk {
  readonly directory: string;
  /** Writes a file that leaves this number of bytes free. */
  fill(leaveBytes: number): Promise<void>;
  /** Removes that file. */
  free(): Promise<void>;
  unmount(): void;
}

export function mountSmallDisk(megabytes: number): SmallDisk {
  const directory = mkdtempSync(path.join(tmpdir(), 'changeroom-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', directory], {
    stdio: 'pipe',
  });
  const filler = path.join(directory, 'filler');
  return {
    directory,
    fill: async (leaveBytes) => {
      await rm(filler, { force: true });
      const { bavail, bsize } = await statfs(directory);
      const content = Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes), 1);
      // Another process may have used the last bytes in between: the file then has what was left.
      await writeFile(filler, content).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    free: () => rm(filler, { force: true }),
    unmount: () => {
      // Lazily, as a process that was killed may still be closing its files.
      execFileSync('umount', ['--lazy', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Options of a suite that needs a small disk: it is skipped, with the reason, where mounting is not permitted. */
export function skipWithoutMount(): { skip?: boolean; meta?: { skipReason: string } } {
  try {
    mountSmallDisk(1).unmount();
    return {};
  } catch (error) {
    const { message } = error as Error;
    return { skip: true, meta: { skipReason: `no tmpfs can be mounted here: ${message.split('\n')[0]}` } };
  }
}
