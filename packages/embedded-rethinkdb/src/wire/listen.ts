import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, type ListenOptions, type Server } from 'node:net';

/** Resolves when the server listens. Rejects with Node's error (EADDRINUSE, EACCES, …). */
export function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Listens at a Unix socket that only the user of this process can use. A socket that a killed process has left is
 * replaced; one that a process listens at is not.
 */
export async function listenAtSocket(server: Server, path: string): Promise<void> {
  if (isSocket(path) && !(await hasListener(path))) rmSync(path, { force: true });
  await listen(server, { path });
  chmodSync(path, 0o600);
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

function hasListener(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
}
